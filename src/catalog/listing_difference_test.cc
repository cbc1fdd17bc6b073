#include "catalog/listing_difference.h"

#include <gtest/gtest.h>

#include "catalog/testing/samples.h"

namespace jungle::catalog {
namespace {

using testing::sample_entry;
using testing::small_discovery;
using testing::tool_json;
using Names = std::vector<std::string>;

TEST(ListingDifference, NamesWhatCameWentAndChanged) {
  const auto before = sample_entry("up");
  Discovery discovery = small_discovery();
  discovery.tools = {tool_json("new"), tool_json("echo", "does something else")};
  discovery.prompts.clear();
  discovery.resources.push_back(testing::resource_json("notes", "file:///notes.md"));
  const auto after = sample_entry("up", std::move(discovery));

  const ListingDifference found = difference(*before, *after);
  EXPECT_EQ((ListDifference{{"up__new"}, {"up__add"}, {"up__echo"}}), found.tools);
  EXPECT_EQ((ListDifference{{}, {"up__greet"}, {}}), found.prompts);
  EXPECT_EQ((ListDifference{{after->resources[1].exposed_uri}, {}, {}}), found.resources);
  EXPECT_FALSE(found.resource_templates.any());
  EXPECT_TRUE(found.any());
  EXPECT_FALSE(offers_the_same(*before, *after));
}

TEST(ListingDifference, FlagsAndTimesAreNone) {
  const auto before = sample_entry("up");
  ServerEntry after = *before;
  after.tools[0].enabled = false;
  after.tools[0].updated_at = "2030-01-01T00:00:00Z";
  after.id = 7;
  EXPECT_FALSE(difference(*before, after).any());
  EXPECT_TRUE(offers_the_same(*before, after));
}

TEST(ListingDifference, AnotherOrderIsNoOtherEntryButNotTheSame) {
  const auto before = sample_entry("up");
  Discovery discovery = small_discovery();
  std::swap(discovery.tools[0], discovery.tools[1]);
  const auto after = sample_entry("up", std::move(discovery));
  EXPECT_FALSE(difference(*before, *after).any());
  EXPECT_FALSE(offers_the_same(*before, *after));
}

TEST(ListingDifference, WhatAServerSaysOfItselfCounts) {
  const auto before = sample_entry("up");
  Discovery discovery = small_discovery();
  discovery.capabilities = R"({"tools":{}})";
  EXPECT_FALSE(offers_the_same(*before, *sample_entry("up", std::move(discovery))));
}

}  // namespace
}  // namespace jungle::catalog
