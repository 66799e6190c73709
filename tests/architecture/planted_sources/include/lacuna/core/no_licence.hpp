// expect: does not start with the two SPDX lines

#pragma once
