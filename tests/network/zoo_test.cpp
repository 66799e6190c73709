// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
// Mirrors include/lacuna/network/zoo
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <lacuna/network/zoo/catalogue.hpp>

#include "support/catch.hpp"

namespace zoo_test {

using lacuna::index_t;
namespace network = lacuna::network;

namespace {

/// Folder of the published layer tables (name,H,W,R,S,stride,pad_h,pad_w,C,K,groups,P,Q,MACs),
/// which are no part of this repository.
std::string tables() {
  if (const char* folder = std::getenv("LACUNA_NETWORK_TABLES")) return folder;
  return LACUNA_SOURCE_DIR "/../shared/reference/networks";
}

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> out;
  std::istringstream in(line);
  for (std::string field; std::getline(in, field, ',');) out.push_back(field);
  return out;
}

}  // namespace

TEST_CASE("layer shapes are those of the published tables, row by row", "[network][zoo]") {
  const auto* const name = GENERATE("resnet50_v1", "vgg16", "inception_v3", "alexnet",
                                    "alexnet_torchvision", "googlenet", "mobilenet_v1");
  const std::string file = std::string(name) == "resnet50_v1" ? "resnet50" : name;
  std::ifstream in(tables() + "/" + file + ".csv");
  if (!in) {
    WARN("no table for " << name << " in " << tables() << ": skipped (set LACUNA_NETWORK_TABLES)");
    return;
  }
  const auto net = network::find_network_shape(name);
  std::string line;
  std::getline(in, line);
  std::size_t row = 0;
  for (; std::getline(in, line); ++row) {
    const auto f = fields_of(line);
    REQUIRE(f.size() == 14);
    REQUIRE(row < net.layers.size());
    const network::layer_shape& l = net.layers[row];
    CAPTURE(name, l.name, line);
    const auto number = [&](std::size_t i) { return static_cast<index_t>(std::stoll(f[i])); };
    CHECK(l.name == f[0]);
    CHECK(l.h == number(1));
    CHECK(l.w == number(2));
    CHECK(l.window.kernel_h == number(3));
    CHECK(l.window.kernel_w == number(4));
    CHECK(l.window.stride.h == number(5));
    CHECK(l.window.padding.top == number(6));  // "0/1": none above, one below
    CHECK(l.window.padding.bottom == (f[6] == "0/1" ? 1 : number(6)));
    CHECK(l.window.padding.left == number(7));
    CHECK(l.in == number(8));
    CHECK(l.out == number(9));
    CHECK(l.groups == number(10));
    CHECK(l.out_h() == number(11));
    CHECK(l.out_w() == number(12));
    CHECK(l.work().count() == number(13));
  }
  CHECK(row == net.layers.size());
}

TEST_CASE("multiply-adds of whole networks are the published ones", "[network][zoo]") {
  const auto work = [](const char* name) {
    return network::find_network_shape(name).work().count();
  };
  CHECK(work("resnet50") == 4'089'184'256);
  CHECK(work("vgg16") == 15'346'630'656 + 123'633'664);
  CHECK(work("alexnet") == 665'784'864 + 58'621'952);
  CHECK(work("googlenet") == 1'581'647'872 + 1'024'000);
  CHECK(network::vgg16_shape().weights() == 14'710'464 + 123'633'664);
}

TEST_CASE("BERT-base is its closed form for any number of tokens", "[network][zoo]") {
  const auto t = GENERATE(as<index_t>(), 1, 128, 384);
  const auto net = network::bert_base_shape(t);
  CHECK(net.weights() == 12 * (4 * 768 * 768 + 2 * 768 * 3072));
  CHECK(net.work().count() == t * net.weights() + 12 * 2 * t * t * 768);
  CHECK_THROWS_AS(network::bert_base_shape(0), lacuna::shape_error);
}

TEST_CASE("what a layer gives, a later one takes", "[network][zoo]") {
  for (const auto& net :
       {network::vgg16_shape(), network::mobilenet_v1_shape(), network::alexnet_shape()}) {
    for (std::size_t i = 1; i + 1 < net.layers.size(); ++i) {
      CAPTURE(net.layers[i].name);
      CHECK(net.layers[i].in == net.layers[i - 1].out);
    }
  }
}

TEST_CASE("an unknown network is refused with the names there are", "[network][zoo]") {
  CHECK_THROWS_WITH(network::find_network_shape("resnet51"),
                    Catch::Contains("resnet50, resnet50_v1, vgg16"));
}

TEST_CASE("BERT is found by its number of tokens", "[network][zoo]") {
  CHECK(network::find_network_shape("bert_base").name == "bert_base:128");
  CHECK(network::find_network_shape("bert_base:384").work() ==
        network::bert_base_shape(384).work());
  CHECK_THROWS_WITH(network::find_network_shape("bert_base:many"),
                    Catch::Contains("number of tokens"));
  CHECK_THROWS_AS(network::find_network_shape("bert_base:0"), lacuna::shape_error);
}

TEST_CASE("groups that do not divide the channels are refused", "[network][zoo]") {
  CHECK_THROWS_WITH(network::conv_shape("odd", 6, 8, 9, 3, 1, 1, 4), Catch::Contains("4 groups"));
}

TEST_CASE("distinct shapes count every weighted layer once", "[network][zoo]") {
  for (const auto& net : network::all_network_shapes()) {
    index_t layers = 0;
    index_t weighted = 0;
    for (const auto& d : network::distinct_shapes(net)) layers += d.layers;
    for (const auto& l : net.layers) weighted += l.has_weights ? 1 : 0;
    CHECK(layers == weighted);
  }
}

TEST_CASE("a network prints a line a layer", "[network][zoo]") {
  std::ostringstream out;
  out << network::resnet50_shape();
  CHECK_THAT(out.str(), Catch::Contains("conv3_0_b: 128x56x56 -> 128x28x28, kernel 3x3, stride 2"));
}

}  // namespace zoo_test
