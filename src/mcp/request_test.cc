#include "mcp/request.h"

#include <gtest/gtest.h>

#include "mcp/json_reader.h"

namespace jungle::mcp {
namespace {

std::string rendered(const std::string& params, Params::Changes changes) {
  return read_params(params).value().render(changes);
}

TEST(ParamsTest, RendersUntouchedTextByteForByte) {
  const std::string text = R"({ "arguments" : {"n": 1.0, "big": 9007199254740993} ,"name":"x" })";
  EXPECT_EQ(text, rendered(text, {}));
}

TEST(ParamsTest, ReplacesOneMember) {
  EXPECT_EQ(R"({"a":1, "name" : "own" ,"b":2})",
            rendered(R"({"a":1, "name" : "srv__own" ,"b":2})", {{{"name", "\"own\""}}, {}}));
}

TEST(ParamsTest, RemovesMembersWithTheirCommas) {
  EXPECT_EQ(R"({"b":2,"c":3})", rendered(R"({"a":1,"b":2,"c":3})", {{{"a", ""}}, {}}));
  EXPECT_EQ(R"({"a":1,"c":3})", rendered(R"({"a":1,"b":2,"c":3})", {{{"b", ""}}, {}}));
  EXPECT_EQ(R"({"a":1})", rendered(R"({"a":1,"b":2,"c":3})", {{{"b", ""}, {"c", ""}}, {}}));
  EXPECT_EQ(R"({"b":2})", rendered(R"({"a":1,"b":2,"c":3})", {{{"a", ""}, {"c", ""}}, {}}));
  EXPECT_EQ(R"({})", rendered(R"({"a":1,"b":2})", {{{"a", ""}, {"b", ""}}, {}}));
}

TEST(ParamsTest, AddsMembers) {
  EXPECT_EQ(R"({"x":1,"y":2})", rendered("{}", {{{"x", "1"}, {"y", "2"}}, {}}));
  EXPECT_EQ(R"({"x":1,"y":2,"a":0})", rendered(R"({"a":0})", {{{"x", "1"}, {"y", "2"}}, {}}));
  EXPECT_EQ(R"({"x":1})", rendered(R"({"a":0})", {{{"x", "1"}, {"a", ""}}, {}}));
  EXPECT_EQ(R"({"x":1})", Params().render({{{"x", "1"}}, {}}));
}

TEST(ParamsTest, ChangesMeta) {
  const std::string text =
      R"({"name":"x","_meta":{"progressToken":7,"vendor/a":1,"io.modelcontextprotocol/logLevel":"info"}})";
  Params::Changes changes;
  changes.meta = {{"progressToken", "99"}, {"io.modelcontextprotocol/protocolVersion", "\"2026-07-28\""}};
  changes.drop_protocol_meta = true;
  EXPECT_EQ(
      R"({"name":"x","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","progressToken":99,"vendor/a":1}})",
      rendered(text, changes));
}

TEST(ParamsTest, MakesMetaWhereThereIsNone) {
  Params::Changes changes;
  changes.meta = {{"progressToken", "1"}};
  EXPECT_EQ(R"({"_meta":{"progressToken":1},"name":"x"})", rendered(R"({"name":"x"})", changes));
  changes.meta = {{"progressToken", ""}};
  EXPECT_EQ(R"({"name":"x"})", rendered(R"({"name":"x"})", changes));
}

TEST(ParamsTest, SetsAMemberForEveryReaderThatFollows) {
  Params params = read_params(R"({"name":"srv__own","a":1})").value();
  params.set("name", "\"own\"");
  EXPECT_EQ("own", params.find_string("name"));
  EXPECT_EQ(R"({"_meta":{"progressToken":3},"name":"own","a":1})", params.render({{}, {{"progressToken", "3"}}}));
  EXPECT_EQ(R"({"name":"own","a":1})", params.render({}));
}

TEST(ParamsTest, TakesAMemberOut) {
  Params params = read_params(R"({"name":"x","task":{"ttl":1}})").value();
  params.set("task", "");
  EXPECT_FALSE(params.has("task"));
  EXPECT_EQ(R"({"name":"x"})", params.render({}));
}

TEST(ParamsTest, FindsMembersAfterAMove) {
  Params first = read_params(R"({"name":"x","_meta":{"a":"b"}})").value();
  const Params second = std::move(first);
  EXPECT_EQ("x", second.find_string("name"));
  EXPECT_EQ("b", second.find_meta_string("a"));
  EXPECT_FALSE(second.find("nothing").has_value());
}

}  // namespace
}  // namespace jungle::mcp
