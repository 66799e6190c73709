#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Lacuna authors
# SPDX-License-Identifier: Apache-2.0
"""A network in Lacuna, oneDNN, ONNX Runtime and OpenVINO: one run of each in turn, medians.

engines.py BENCH_END_TO_END NETWORK [--threads 1] [--rounds 15] [--out end_to_end.json]

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


def onnx_model(folder):
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    with open(os.path.join(folder, "graph.json")) as f:
        nodes = json.load(f)
    weights = numpy.fromfile(os.path.join(folder, "weights.f32"), dtype="<f4")
    made, stored = [], []

    def tensor(where, name):
        count = int(numpy.prod(where["extents"]))
        values = weights[where["at"]:where["at"] + count].reshape(where["extents"])
        stored.append(numpy_helper.from_array(values, name))
        return name

    for n in nodes:
        name, kind = n["name"], n["layer"]
        inputs = [nodes[i]["name"] for i in n["inputs"]]
        window = n.get("window")
        attributes = {} if window is None else {
            "kernel_shape": window["kernel"], "strides": window["stride"], "pads": window["padding"]}
        if kind == "input":
            continue
        if "weight" in n:
            inputs += [tensor(n["weight"], name + ".w"), tensor(n["bias"], name + ".b")]
        if kind == "conv":
            made.append(helper.make_node("Conv", inputs, [name], **attributes))
        elif kind == "linear":
            made.append(helper.make_node("Flatten", inputs[:1], [name + ".flat"]))
            made.append(helper.make_node("Gemm", [name + ".flat"] + inputs[1:], [name], transB=1))
        else:
            operator = {"relu": "Relu", "add": "Add", "max_pool": "MaxPool",
                        "global_average_pool": "GlobalAveragePool"}[kind]
            made.append(helper.make_node(operator, inputs, [name], **attributes))
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        made, "network", [value(nodes[0]["name"], TensorProto.FLOAT, nodes[0]["extents"])],
        [value(nodes[-1]["name"], TensorProto.FLOAT, nodes[-1]["extents"][:2])], stored)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    path = os.path.join(folder, "model.onnx")
    onnx.save_model(model, path, save_as_external_data=True, location="model.bin")
    return path


def onnx_runtime(path, threads, image):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return "ONNX Runtime " + onnxruntime.__version__, lambda: session.run(None, {name: image})[0]


def openvino(path, threads, image):
    import openvino

    # Its default where the processor has bfloat16 is to compute in that.
    compiled = openvino.Core().compile_model(path, "CPU", {
        "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": "f32",
        "PERFORMANCE_HINT": "LATENCY"})
    request = compiled.create_infer_request()
    request.set_input_tensor(openvino.Tensor(image))

    def run():
        request.infer()
        return request.get_output_tensor().data

    return "OpenVINO " + openvino.__version__.split("-")[0], run


def seconds(run):
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("network", choices=["resnet50", "vgg16"])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--out", default="end_to_end.json")
    arguments = parser.parse_args()

    contenders = []
    image = numpy.random.default_rng(1).standard_normal((1, 3, 224, 224), dtype=numpy.float32)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([arguments.program, arguments.network, "--export", folder], check=True)
        results = []
        try:
            path = onnx_model(folder)
            for make in (onnx_runtime, openvino):
                try:
                    contenders.append(make(path, arguments.threads, image))
                    results.append(contenders[-1][1]().copy())
                except ImportError as error:
                    print(f"engines.py: {error}: left out", file=sys.stderr)
        except ImportError as error:
            print(f"engines.py: {error}: ONNX Runtime and OpenVINO left out", file=sys.stderr)
        if len(results) == 2 and abs(results[0] - results[1]).max() > 1e-3 * abs(results[0]).max():
            sys.exit("engines.py: ONNX Runtime and OpenVINO differ")

    server = subprocess.Popen(
        [arguments.program, arguments.network, "--serve", "--threads", str(arguments.threads)],
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
        json.dump({"network": arguments.network, "threads": arguments.threads,
                   "date": time.strftime("%F"), "milliseconds": totals, "layers": layers}, f, indent=1)
    print(f"{'layer, milliseconds':26} {'m x k x n':16}" + "".join(f"{name:>16}" for name in served))
    for row in layers:
        print(f"{row['layer']:26} {row['product']:16}" +
              "".join(f"{row.get(name, float('nan')):16.3f}" for name in served))
    sparse = totals["Lacuna 8x8"]
    for name, total in totals.items():
        print(f"{name:43} {total:9.2f} ms, Lacuna 8x8 is {total / sparse:.2f} times as fast")


main()
