// Three violations on purpose: an upward include, intrinsics, and no licence lines.
#include <immintrin.h>
#include <lacuna/op/operator.hpp>
