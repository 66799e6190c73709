// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
// expect: too heavy for a header: #include <iostream>
#pragma once
#include <iostream>
