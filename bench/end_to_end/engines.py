#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Lacuna authors
# SPDX-License-Identifier: Apache-2.0
"""A network in Lacuna, oneDNN, ONNX Runtime and OpenVINO: one run of each in turn, medians.

engines.py BENCH_END_TO_END NETWORK [--int8] [--threads 1] [--rounds 15] [--out end_to_end.json]

Makes the ONNX model of the graph that bench_end_to_end exports. What is not installed is left out.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

try:
    import numpy
except ImportError:
    sys.exit("engines.py: numpy is not installed (README has the command): left out")


class OnnxModel:
    """The graph that bench_end_to_end exported. Where nodes have scales, it is quantised: weights in
    signed bytes, one scale an output channel, results in unsigned ones, each written as a pair of
    QuantizeLinear and DequantizeLinear, which engines fuse into the operators between them."""

    def __init__(self, folder):
        with open(os.path.join(folder, "graph.json")) as f:
            self.nodes = json.load(f)
        self.weights = numpy.fromfile(os.path.join(folder, "weights.f32"), dtype="<f4")
        self.made, self.stored = [], []
        self.is_int8 = "scale" in self.nodes[0]
        self.read_as = []  # by node: what its readers are given
        for n in self.nodes:
            if n["layer"] == "max_pool" and self.is_int8:  # the largest byte, in the same scale
                before = self.nodes[n["inputs"][0]]
                n["scale"], n["zero_point"] = before["scale"], before["zero_point"]
            if n["layer"] != "input":
                self.append(n)
            self.read_as.append(self.rounded(n["name"], n) if self.is_rounded(n) else n["name"])

    def is_rounded(self, n):
        """Results are, but the last and what only a relu reads. Those that a residual's sum reads are,
        too: only then do ONNX Runtime make the convolution, and OpenVINO both, of bytes alone."""
        if not self.is_int8:
            return False
        at = self.nodes.index(n)
        readers = [r for r in self.nodes if at in r["inputs"]]
        return len(readers) > 0 and [r["layer"] for r in readers] != ["relu"]

    def node(self, *arguments, **attributes):
        from onnx import helper
        self.made.append(helper.make_node(*arguments, **attributes))

    def store(self, values, name):
        from onnx import numpy_helper
        self.stored.append(numpy_helper.from_array(values, name))
        return name

    def rounded(self, result, n):
        """The pair on a result, in the scale of node n."""
        scale = [self.store(numpy.float32(n["scale"]), result + ".scale"),
                 self.store(numpy.uint8(n["zero_point"]), result + ".zero_point")]
        self.node("QuantizeLinear", [result] + scale, [result + ".q"])
        self.node("DequantizeLinear", [result + ".q"] + scale, [result + ".dq"])
        return result + ".dq"

    def tensor(self, where):
        count = int(numpy.prod(where["extents"]))
        return self.weights[where["at"]:where["at"] + count].reshape(where["extents"])

    def weights_of(self, n):
        w, b = self.tensor(n["weight"]), self.tensor(n["bias"])
        name = n["name"]
        if not self.is_int8:
            return [self.store(w, name + ".w"), self.store(b, name + ".b")]
        rows = w.reshape(len(w), -1)
        scale = abs(rows).max(axis=1) / numpy.float32(127)
        scale[scale == 0] = 1
        sums = scale * numpy.float32(self.nodes[n["inputs"][0]]["scale"])
        for part, values, scales in (
                (".w", numpy.rint(rows / scale[:, None]).astype("int8").reshape(w.shape), scale),
                (".b", numpy.rint(b / sums).astype("int32"), sums)):
            self.node("DequantizeLinear",
                      [self.store(values, name + part + ".q"),
                       self.store(scales, name + part + ".scale"),
                       self.store(numpy.zeros(len(w), values.dtype), name + part + ".zero_point")],
                      [name + part], axis=0)
        return [name + ".w", name + ".b"]

    def append(self, n):
        name, kind = n["name"], n["layer"]
        inputs = [self.read_as[i] for i in n["inputs"]]
        window = n.get("window")
        attributes = {} if window is None else {
            "kernel_shape": window["kernel"], "strides": window["stride"], "pads": window["padding"]}
        if kind == "conv":
            self.node("Conv", inputs + self.weights_of(n), [name], **attributes)
        elif kind == "linear":
            flat = name + ".flat"
            self.node("Flatten", inputs, [flat])
            if self.is_int8:
                flat = self.rounded(flat, self.nodes[n["inputs"][0]])
            self.node("Gemm", [flat] + self.weights_of(n), [name], transB=1)
        else:
            operator = {"relu": "Relu", "add": "Add", "max_pool": "MaxPool",
                        "global_average_pool": "GlobalAveragePool"}[kind]
            self.node(operator, inputs, [name], **attributes)

    def save(self, path):
        import onnx
        from onnx import TensorProto, helper

        value = helper.make_tensor_value_info
        first, last = self.nodes[0], self.nodes[-1]
        graph = helper.make_graph(
            self.made, "network", [value(first["name"], TensorProto.FLOAT, first["extents"])],
            [value(last["name"], TensorProto.FLOAT, last["extents"][:2])], self.stored)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
        model.ir_version = 8
        onnx.save_model(model, path, save_as_external_data=True,
                        location=os.path.basename(path) + ".bin")
        return path


def expect_int8(engine, in_int8, in_fp32):
    """What an engine made of convolutions and linear layers: none may be left in fp32."""
    print(f"{engine}: {in_int8} convolutions and linear layers in int8, "
          f"{len(in_fp32)} in fp32 {' '.join(in_fp32)}", file=sys.stderr)
    if in_fp32 or in_int8 == 0:
        sys.exit(f"engines.py: {engine} does not run all of the quantised network in int8")


def onnx_runtime(folder, threads, image):
    import onnx
    import onnxruntime

    model = OnnxModel(folder)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    if model.is_int8:
        options.log_severity_level = 3  # it warns of what it writes
        options.optimized_model_filepath = os.path.join(folder, "optimized.onnx")
    session = onnxruntime.InferenceSession(model.save(os.path.join(folder, "onnx_runtime.onnx")),
                                           options, providers=["CPUExecutionProvider"])
    version = "ONNX Runtime " + onnxruntime.__version__
    if model.is_int8:
        made = onnx.load(options.optimized_model_filepath, load_external_data=False).graph.node
        in_int8 = [n for n in made if n.op_type in ("QLinearConv", "QGemm")]
        expect_int8(version, len(in_int8), [
            n.name or n.output[0] for n in made
            if n.op_type in ("Conv", "FusedConv", "Gemm", "FusedGemm", "MatMul")])
    name = session.get_inputs()[0].name
    return version, lambda: session.run(None, {name: image})[0]


def openvino(folder, threads, image):
    import openvino

    model = OnnxModel(folder)
    # Its default where the processor has bfloat16 is to compute in that. What is quantised is
    # computed in int8 whatever the hint.
    compiled = openvino.Core().compile_model(
        model.save(os.path.join(folder, "openvino.onnx")), "CPU", {
            "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": "f32",
            "PERFORMANCE_HINT": "LATENCY"})
    version = "OpenVINO " + openvino.__version__.split("-")[0]
    if model.is_int8:
        of = {o.get_friendly_name(): o.get_rt_info() for o in compiled.get_runtime_model().get_ops()}
        types = {name: info["runtimePrecision"].astype(str) for name, info in of.items()
                 if info["layerType"].astype(str) in ("Convolution", "FullyConnected", "MatMul")}
        in_fp32 = [name for name, t in types.items() if t not in ("i8", "u8")]
        expect_int8(version, len(types) - len(in_fp32), in_fp32)
    request = compiled.create_infer_request()
    request.set_input_tensor(openvino.Tensor(image))

    def run():
        request.infer()
        return request.get_output_tensor().data

    return version, run


def seconds(run):
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("network", choices=["resnet50", "vgg16"])
    parser.add_argument("--int8", action="store_true", help="8 bits in place of fp32")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--out", default="end_to_end.json")
    arguments = parser.parse_args()

    program = [arguments.program, arguments.network] + ["--int8"] * arguments.int8
    contenders = []
    image = numpy.random.default_rng(1).standard_normal((1, 3, 224, 224), dtype=numpy.float32)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(program + ["--export", folder], check=True)
        results = []
        for make in (onnx_runtime, openvino):
            try:
                contenders.append(make(folder, arguments.threads, image))
                results.append(contenders[-1][1]().copy())
            except ImportError as error:
                print(f"engines.py: {error}: left out", file=sys.stderr)
        if len(results) == 2:
            # Rounding to 8 bits layer after layer leaves noise of some per cent.
            difference = abs(results[0] - results[1]).max() / abs(results[0]).max()
            print(f"ONNX Runtime and OpenVINO differ by {difference:.1e} of the largest score",
                  file=sys.stderr)
            if not difference <= (0.1 if arguments.int8 else 1e-3):
                sys.exit("engines.py: that is too much")

    server = subprocess.Popen(program + ["--serve", "--threads", str(arguments.threads)],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(line):
        server.stdin.write(line + "\n")
        server.stdin.flush()
        return json.loads(server.stdout.readline())

    served = json.loads(server.stdout.readline())
    samples = {name: [] for name in served + [name for name, _ in contenders]}
    for r in range(arguments.rounds + 2):
        for name in served:
            ask("run " + name)  # finds its own caches again
            samples[name].append(ask("run " + name))
        for name, run in contenders:
            run()
            samples[name].append(seconds(run))
        print(f"\r{r + 1}/{arguments.rounds + 2}", end="", file=sys.stderr)
    print(file=sys.stderr)
    layers = ask("layers")
    server.stdin.close()
    server.wait()

    totals = {name: 1e3 * statistics.median(s[2:]) for name, s in samples.items()}
    with open(arguments.out, "w") as f:
        json.dump({"network": arguments.network, "type": "int8" if arguments.int8 else "f32", "threads": arguments.threads,
                   "date": time.strftime("%F"), "milliseconds": totals, "layers": layers}, f, indent=1)
    print(f"{'layer, milliseconds':37} {'m x k x n':27}" + "".join(f"{name:>16}" for name in served))
    for row in layers:
        print(f"{row['layer']:37} {row['product']:27}" +
              "".join(f"{row.get(name, float('nan')):16.3f}" for name in served))
    ours = "Lacuna 8x8 int8" if arguments.int8 else "Lacuna 8x8"
    for name, total in totals.items():
        compared = f", {ours} is {total / totals[ours]:.2f} times as fast" if ours in totals else ""
        print(f"{name:65} {total:9.2f} ms{compared}")


main()
