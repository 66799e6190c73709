// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <lacuna/op/conv2d.hpp>
#include <lacuna/op/matmul.hpp>
#include <lacuna/op/matvec.hpp>
#include <lacuna/op/requantize.hpp>

#include "suite/contender.hpp"

namespace bench {

/// What X is of beside weights of T, and what becomes of the sums: bytes go on to the next layer as
/// bytes.
template <class T>
using operand_t = std::conditional_t<std::is_same_v<T, std::int8_t>, std::uint8_t, T>;
template <class T>
using result_t =
    std::conditional_t<std::is_same_v<T, std::int8_t>, std::uint8_t, lacuna::accumulator_t<T>>;

/// The operand and the result of a call, for as long as its contender lives.
template <class T>
struct call_memory {
  lacuna::tensor<operand_t<T>> x;
  lacuna::tensor<result_t<T>> y;
};

/// The threads of all contenders, as a program has one pool for its operators. Threads of a pool
/// each would still wait for their contender's next call beside those of the next contender.
[[nodiscard]] inline const lacuna::thread_pool& pool_of(int threads) {
  static std::map<int, lacuna::thread_pool> pools;
  return pools.try_emplace(threads, threads).first->second;
}

template <class T>
[[nodiscard]] std::shared_ptr<call_memory<T>> make_call_memory(const problem& p) {
  lacuna::tensor<operand_t<T>> x(p.x.extents());
  std::transform(p.x.begin(), p.x.end(), x.begin(),
                 [](float v) { return static_cast<operand_t<T>>(v); });
  lacuna::tensor<result_t<T>> y({1, p.layer.out, p.layer.out_h(), p.layer.out_w()});
  return std::make_shared<call_memory<T>>(call_memory<T>{std::move(x), std::move(y)});
}

/// A contender that calls f(memory). One thread takes the executor that has none.
template <class T, class F>
[[nodiscard]] contender make_contender(const problem& p, std::string method, F f,
                                       double predicted = 0) {
  auto memory = make_call_memory<T>(p);
  return {"Lacuna", std::move(method), [memory, f] { f(*memory); },
          [memory, g = p.gemm()]() -> lacuna::dense_matrix<float> {
            using results = lacuna::dense_matrix<result_t<T>>;
            return Eigen::Map<const results>(memory->y.data(), g.m, g.n).template cast<float>();
          },
          predicted};
}

/// f(epilogue) with what follows the sums of T.
template <class T, class F>
[[nodiscard]] auto with_epilogue(const problem& p, F f) {
  if constexpr (std::is_same_v<T, std::int8_t>) {
    // Scales live as long as the operator that refers to them.
    const auto scales = std::make_shared<const std::vector<float>>(
        static_cast<std::size_t>(p.layer.out), p.to_byte);
    return f(lacuna::relu() | lacuna::requantize(*scales), scales);
  } else {
    return f(lacuna::no_epilogue{}, std::shared_ptr<const void>());
  }
}

/// Seconds of an operator on one thread by its own plan; 0 where it has none.
template <class Operator, class Extents>
[[nodiscard]] double predicted_seconds(const Operator& op, const Extents& x, const problem& p) {
  if constexpr (requires { op.plan(x); }) {
    if (p.threads == 1 && p.type == "f32") return op.plan(x).expected->own.seconds();
  }
  return 0;
}

/// The contender with the operator that users would take: `matvec` for one column of floats,
/// `matmul` for other products, `conv2d` for images.
template <class Format>
[[nodiscard]] contender make_operator(const problem& p, const lacuna::filter<Format>& w) {
  using T = lacuna::value_type_t<Format>;
  const auto run = [](const auto& call, const problem& of) {
    return [call, threads = of.threads](call_memory<T>& m, const auto&... epilogue) {
      if (threads == 1) {
        call(m, lacuna::serial{}, epilogue...);
      } else {
        call(m, pool_of(threads), epilogue...);
      }
    };
  };
  const auto product = [&](auto op, const std::shared_ptr<const void>& kept) {
    return make_contender<T>(
        p, p.pattern,
        run(
            [op, kept, g = p.gemm()](call_memory<T>& m, const auto&... how) {
              Eigen::Map<lacuna::dense_matrix<result_t<T>>> y(m.y.data(), g.m, g.n);
              (*op)(Eigen::Map<const lacuna::dense_matrix<operand_t<T>>>(m.x.data(), g.k, g.n), y,
                    how...);
            },
            p),
        predicted_seconds(*op, p.gemm().n, p));
  };
  if constexpr (std::is_same_v<T, float>) {
    if (p.is_product() && p.gemm().n == 1) {
      return product(std::make_shared<const lacuna::matvec<Format>>(w.matrix), nullptr);
    }
  }
  return with_epilogue<T>(p, [&](const auto& epilogue, const auto& kept) {
    using E = std::decay_t<decltype(epilogue)>;
    if (p.is_product()) {
      return product(std::make_shared<const lacuna::matmul<Format, E>>(w.matrix, epilogue), kept);
    }
    const auto& window = p.layer.window;
    auto op = std::make_shared<const lacuna::conv2d<Format, E>>(
        w, lacuna::conv2d_options{window.stride, window.padding, window.dilation}, epilogue);
    return make_contender<T>(
        p, p.pattern,
        run([op, kept](call_memory<T>& m, const auto&... how) { (*op)(m.x, m.y, how...); }, p),
        predicted_seconds(*op, p.x.extents(), p));
  });
}

/// The weights in another value type, which holds them exactly.
template <class T>
[[nodiscard]] lacuna::filter<lacuna::dense_matrix<T>> weights_as(const problem& p) {
  return {p.weights.matrix.template cast<T>(), p.weights.in, p.weights.kernel_h,
          p.weights.kernel_w};
}

}  // namespace bench
