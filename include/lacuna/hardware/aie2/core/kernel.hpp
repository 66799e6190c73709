// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <lacuna/hardware/aie2/core/timing.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// How the scheduler treats a loop without loops inside.
enum class loop_mode : std::uint8_t {
  pipelined,   ///< modulo schedule: iterations overlap
  sequential,  ///< list schedule: an iteration ends before the next begins
};

/// A step of a kernel: operations in program order, or a loop around further steps.
struct step {
  std::vector<operation> ops;  ///< of a block
  std::vector<step> body;      ///< of a loop
  std::int64_t trips{0};       ///< of a loop; 0 says a block
  loop_mode mode{loop_mode::pipelined};
  std::int64_t at_least{0};              ///< bundles an iteration of a pipelined loop
  std::int64_t fixed_ii{0};              ///< a loop scheduled by hand: bundles an iteration
  std::vector<std::int64_t> fixed_time;  ///< and the bundle of each operation

  [[nodiscard]] bool is_loop() const noexcept { return trips > 0; }
  /// A loop that holds operations alone runs as a zero-overhead loop, others branch.
  [[nodiscard]] bool is_innermost() const noexcept {
    return is_loop() && body.size() == 1 && !body.front().is_loop();
  }
};

/// Where data lie, as far as the scheduler knows: -1 is any bank. Accesses of one buffer keep their
/// order inside an iteration; iterations are independent, as `__restrict` promises a compiler.
struct buffer {
  std::string name;
  int logical_bank{-1};
};

/// A kernel on virtual registers.
struct core_kernel {
  std::string name;
  std::vector<step> steps;
  std::vector<reg> registers;  ///< each virtual register whole, at its id
  std::vector<reg> arguments;  ///< pointers and scalars that the caller sets, in order
  std::vector<buffer> buffers;
};

/// Writes kernels: each call appends an operation to the innermost open block. Registers are
/// virtual; pointers move by 3-D walks as the address generators do.
class kernel_builder {
 public:
  explicit kernel_builder(std::string name) { out_.name = std::move(name); }

  [[nodiscard]] reg vector(int units = 2) { return make(register_file::vector, units); }
  [[nodiscard]] reg accumulator(int units = 4) { return make(register_file::accumulator, units); }
  /// Two halves of 64 bits: the mask of 64 kept bytes.
  [[nodiscard]] reg mask() { return make(register_file::mask, 2); }
  [[nodiscard]] reg scalar() { return make(register_file::scalar, 1); }
  [[nodiscard]] reg offset() { return make(register_file::offset, 1); }
  [[nodiscard]] reg pointer() { return make(register_file::pointer, 1); }
  /// A pointer or scalar that the caller sets before the kernel starts.
  [[nodiscard]] reg argument(register_file file = register_file::pointer) {
    out_.arguments.push_back(make(file, 1));
    return out_.arguments.back();
  }
  [[nodiscard]] std::int16_t add_buffer(std::string name, int logical_bank = -1) {
    out_.buffers.push_back({std::move(name), logical_bank});
    return static_cast<std::int16_t>(out_.buffers.size() - 1);
  }

  /// Appends any operation; the calls below are short forms.
  void add(const operation& op) { block().ops.push_back(op); }

  void load(opcode code, reg dst, reg p, std::int16_t buffer, post after = post::none,
            std::int32_t step = 0, std::int32_t shift = 0) {
    operation op = access(code, p, buffer, after, step, shift);
    op.dst = dst;
    add(op);
  }
  /// From p + offset, which stays in place.
  void load_at(opcode code, reg dst, reg p, reg offset, std::int16_t buffer,
               std::int32_t step = 0) {
    operation op = access(code, p, buffer, post::none, step, 0);
    op.dst = dst;
    op.src[1] = offset;
    add(op);
  }
  /// The access just added moves its pointer by an offset register.
  void then_add(reg offset) {
    operation& op = block().ops.back();
    op.after = post::offset;
    op.src[1] = offset;
  }
  void store(opcode code, reg source, reg p, std::int16_t buffer, post after = post::none,
             std::int32_t step = 0, std::int32_t shift = 0) {
    operation op = access(code, p, buffer, after, step, shift);
    op.src[0] = source;
    add(op);
  }
  /// dst += a * b in the shape of `code`.
  void mac(opcode code, reg dst, reg a, reg b) {
    operation op;
    op.code = code;
    op.dst = dst;
    op.src = {dst, a, b};
    add(op);
  }
  /// dst = acc + a * b: a register of its own for the sum lets iterations overlap more closely.
  void mac_from(opcode code, reg dst, reg acc, reg a, reg b) {
    mac(code, dst, a, b);
    block().ops.back().src[0] = acc;
  }
  /// The mask that the sparse load just added fills, or the sparse multiply reads.
  void with_mask(reg mask) { block().ops.back().mask = mask; }
  /// The multiply just added drops its accumulator while `flag` is not 0 (zero_acc).
  void start_if(reg flag) { block().ops.back().zero_if = flag; }
  /// dst = a * b.
  void multiply(opcode code, reg dst, reg a, reg b) {
    operation op;
    op.code = code;
    op.dst = dst;
    op.src = {reg{}, a, b};
    op.starts = true;
    add(op);
  }
  /// Anything with up to two sources and an immediate.
  void apply(opcode code, reg dst, reg a = {}, reg b = {}, std::int32_t imm = 0) {
    operation op;
    op.code = code;
    op.dst = dst;
    op.src = {a, b, reg{}};
    op.imm = imm;
    add(op);
  }
  /// A field of the 3-D walk of pointer p; a fresh pointer has none.
  void set_step(reg p, walk_field field, std::int32_t value) {
    operation op;
    op.code = opcode::set_step;
    op.dst = p;
    op.src[0] = p;
    op.field = field;
    op.imm = value;
    add(op);
  }
  /// event0() and event1() of the compilers: marks whose times the simulator keeps.
  void event() { apply(opcode::event, reg{}); }

  /// A loop of a fixed number of trips; `body` appends to it. Counts from registers are not
  /// modelled: the pipeliner's fill and drain and `check` need the number. @throws shape_error
  /// below 1.
  template <class Body>
  void loop(std::int64_t trips, loop_mode mode, Body&& body) {
    if (trips < 1) throw shape_error(message(out_.name, ": a loop of ", trips, " trips"));
    step* const outer = open_;
    std::vector<step>& siblings = outer == nullptr ? out_.steps : outer->body;
    step s;
    s.trips = trips;
    s.mode = mode;
    siblings.push_back(std::move(s));
    const std::size_t place = siblings.size() - 1;
    open_ = &siblings[place];
    body();
    open_ = outer;
  }

  /// A loop scheduled by hand: operation i of the body issues at `time[i]`, iterations begin `ii`
  /// bundles apart. Nothing is checked: `check` says what is wrong with it.
  template <class Body>
  void loop_by_hand(std::int64_t trips, std::int64_t ii, std::vector<std::int64_t> time,
                    Body&& body) {
    loop(trips, loop_mode::pipelined, std::forward<Body>(body));
    std::vector<step>& siblings = open_ == nullptr ? out_.steps : open_->body;
    siblings.back().fixed_ii = ii;
    siblings.back().fixed_time = std::move(time);
  }

  /// The loop just closed takes no fewer bundles an iteration: where another compiler's is known.
  void widen_last_loop(std::int64_t bundles) {
    (open_ == nullptr ? out_.steps : open_->body).back().at_least = bundles;
  }

  [[nodiscard]] core_kernel finish() && {
    std::int32_t next = 0;
    number(out_.steps, next);
    return std::move(out_);
  }

 private:
  static void number(std::vector<step>& steps, std::int32_t& next) {
    for (step& s : steps) {
      for (operation& op : s.ops) op.id = next++;
      number(s.body, next);
    }
  }
  reg make(register_file file, int units) {
    const reg r{static_cast<std::int16_t>(out_.registers.size()), file, 0,
                static_cast<std::int8_t>(units)};
    out_.registers.push_back(r);
    return r;
  }
  step& block() {
    std::vector<step>& siblings = open_ == nullptr ? out_.steps : open_->body;
    if (siblings.empty() || siblings.back().is_loop()) siblings.emplace_back();
    return siblings.back();
  }
  static operation access(opcode code, reg p, std::int16_t buffer, post after, std::int32_t step,
                          std::int32_t shift) {
    operation op;
    op.code = code;
    op.pointer = p;
    op.buffer = buffer;
    op.after = after;
    op.step = step;
    op.imm = shift;
    return op;
  }

  core_kernel out_;
  step* open_{nullptr};  // stable: while a loop is open, nothing is appended beside it
};

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
