// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>

#include <lacuna/op/conv2d.hpp>
#include <lacuna/op/matmul.hpp>

#include "suite/contender.hpp"

namespace bench {

/// The operand and the result of a call, for as long as its contender lives.
template <class T>
struct call_memory {
  lacuna::tensor<T> x;
  lacuna::tensor<lacuna::accumulator_t<T>> y;
  lacuna::thread_pool pool;
};

template <class T>
[[nodiscard]] std::shared_ptr<call_memory<T>> make_call_memory(const problem& p) {
  lacuna::tensor<T> x(p.x.extents());
  std::transform(p.x.begin(), p.x.end(), x.begin(), [](float v) { return static_cast<T>(v); });
  lacuna::tensor<lacuna::accumulator_t<T>> y({1, p.layer.out, p.layer.out_h(), p.layer.out_w()});
  return std::make_shared<call_memory<T>>(
      call_memory<T>{std::move(x), std::move(y), lacuna::thread_pool(p.threads)});
}

/// A contender that calls f(memory). One thread takes the executor that has none.
template <class T, class F>
[[nodiscard]] contender make_contender(const problem& p, std::string method, F f,
                                       double predicted = 0) {
  auto memory = make_call_memory<T>(p);
  return {"Lacuna", std::move(method), [memory, f] { f(*memory); },
          [memory, g = p.gemm()]() -> lacuna::dense_matrix<float> {
            using sums = lacuna::dense_matrix<lacuna::accumulator_t<T>>;
            return Eigen::Map<const sums>(memory->y.data(), g.m, g.n).template cast<float>();
          },
          predicted};
}

/// Seconds of an operator on one thread by its own plan; 0 where it has none.
template <class Operator, class Extents>
[[nodiscard]] double predicted_seconds(const Operator& op, const Extents& x, const problem& p) {
  if constexpr (requires { op.plan(x); }) {
    if (p.threads == 1 && p.type == "f32") return op.plan(x).expected->own.seconds();
  }
  return 0;
}

/// The contender with the operator that users would take: `matmul` for products, `conv2d` for
/// images.
template <class Format>
[[nodiscard]] contender make_operator(const problem& p, const lacuna::filter<Format>& w) {
  using T = lacuna::value_type_t<Format>;
  const auto run = [](const auto& call, const problem& of) {
    return [call, threads = of.threads](call_memory<T>& m, const auto&... epilogue) {
      if (threads == 1) {
        call(m, lacuna::serial{}, epilogue...);
      } else {
        call(m, m.pool, epilogue...);
      }
    };
  };
  if (p.is_product()) {
    auto op = std::make_shared<const lacuna::matmul<Format>>(w.matrix);
    return make_contender<T>(
        p, p.pattern,
        run(
            [op, g = p.gemm()](call_memory<T>& m, const auto&... how) {
              using sums = lacuna::dense_matrix<lacuna::accumulator_t<T>>;
              Eigen::Map<sums> y(m.y.data(), g.m, g.n);
              (*op)(Eigen::Map<const lacuna::dense_matrix<T>>(m.x.data(), g.k, g.n), y, how...);
            },
            p),
        predicted_seconds(*op, p.gemm().n, p));
  }
  const auto& window = p.layer.window;
  auto op = std::make_shared<const lacuna::conv2d<Format>>(
      w, lacuna::conv2d_options{window.stride, window.padding, window.dilation});
  return make_contender<T>(
      p, p.pattern,
      run([op](call_memory<T>& m, const auto&... how) { (*op)(m.x, m.y, how...); }, p),
      predicted_seconds(*op, p.x.extents(), p));
}

/// The weights in another value type, which holds them exactly.
template <class T>
[[nodiscard]] lacuna::filter<lacuna::dense_matrix<T>> weights_as(const problem& p) {
  return {p.weights.matrix.template cast<T>(), p.weights.in, p.weights.kernel_h,
          p.weights.kernel_w};
}

}  // namespace bench
