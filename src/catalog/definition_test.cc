#include "catalog/definition.h"

#include <gtest/gtest.h>

namespace jungle::catalog {
namespace {

using enum DefinitionKind;

std::string why_not(DefinitionKind kind, const std::string& text) {
  const auto read = read_definition(kind, text);
  return read ? "accepted" : read.error().message;
}

const std::string kSchema = R"("inputSchema":{"type":"object"})";

TEST(DefinitionTest, ReadsATool) {
  const std::string text = R"({ "name" : "a \u0062", "inputSchema" : { "type":"object" }, "x":[1.0] })";
  const auto read = read_definition(kTool, "\n" + text + " ");
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(text, read->text);
  EXPECT_EQ("a b", read->name);
  EXPECT_EQ(R"("a \u0062")", read->name_range.of(read->text));
  EXPECT_EQ(R"({ "type":"object" })", read->input_schema.of(read->text));
  EXPECT_EQ("", read->note);
}

TEST(DefinitionTest, ReadsResourcesAndTemplates) {
  const auto resource = read_definition(kResource, R"({"name":"n","uri":"file:///a","size":12})");
  EXPECT_EQ("file:///a", resource.value().uri);
  EXPECT_EQ(R"("file:///a")", resource->uri_range.of(resource->text));
  EXPECT_EQ("file:///{p}", read_definition(kResourceTemplate, R"({"name":"n","uriTemplate":"file:///{p}"})")->uri);
}

TEST(DefinitionTest, RefusesBadNames) {
  EXPECT_EQ("it has no name", why_not(kTool, "{" + kSchema + "}"));
  EXPECT_EQ("its name is not a string", why_not(kTool, R"({"name":7,)" + kSchema + "}"));
  EXPECT_EQ("its name is empty", why_not(kPrompt, R"({"name":""})"));
  EXPECT_EQ("its name has control characters", why_not(kPrompt, R"({"name":"a\u0000b"})"));
  EXPECT_EQ("its name has control characters", why_not(kPrompt, R"({"name":"a\nb"})"));
  const std::string longest(kNameBytesMax, 'a');
  EXPECT_EQ("accepted", why_not(kPrompt, R"({"name":")" + longest + "\"}"));
  EXPECT_EQ("its name is longer than 256 bytes", why_not(kPrompt, R"({"name":"a)" + longest + "\"}"));
}

TEST(DefinitionTest, RefusesBadUris) {
  EXPECT_EQ("it has no uri", why_not(kResource, R"({"name":"n"})"));
  EXPECT_EQ("its uriTemplate is empty", why_not(kResourceTemplate, R"({"name":"n","uriTemplate":""})"));
  EXPECT_EQ("its uri is longer than 8192 bytes",
            why_not(kResource, R"({"name":"n","uri":")" + std::string(kUriBytesMax + 1, 'u') + "\"}"));
}

TEST(DefinitionTest, RefusesWhatIsNoObject) {
  EXPECT_NE("accepted", why_not(kTool, ""));
  EXPECT_NE("accepted", why_not(kTool, "[]"));
  EXPECT_NE("accepted", why_not(kTool, R"({"name":"a",)"));
  EXPECT_NE("accepted", why_not(kTool, R"({"name":"a","name":"b",)" + kSchema + "}"));
  EXPECT_NE("accepted", why_not(kPrompt, "{\"name\":\"a\xff\"}"));
  EXPECT_NE("accepted", why_not(kPrompt, R"({"name":"a","x":)" + std::string(300, '[') + std::string(300, ']') + "}"));
  EXPECT_EQ("it is longer than 1048576 bytes",
            why_not(kPrompt, R"({"name":"a","x":")" + std::string(kDefinitionBytesMax, 'x') + "\"}"));
}

TEST(DefinitionTest, RefusesSchemasThatAreNoObjects) {
  EXPECT_EQ("its inputSchema is not an object", why_not(kTool, R"({"name":"a","inputSchema":true})"));
  EXPECT_EQ("its inputSchema is not an object", why_not(kTool, R"({"name":"a","inputSchema":null})"));
  EXPECT_EQ("the type of its inputSchema is not \"object\"",
            why_not(kTool, R"({"name":"a","inputSchema":{"type":"array"}})"));
  EXPECT_EQ("the type of its inputSchema is not \"object\"",
            why_not(kTool, R"({"name":"a","inputSchema":{"type":["object"]}})"));
}

TEST(DefinitionTest, RefusesMembersOfWrongTypes) {
  EXPECT_EQ("its description is not a string", why_not(kTool, R"({"name":"a","description":1,)" + kSchema + "}"));
  EXPECT_EQ("its _meta is not an object", why_not(kPrompt, R"({"name":"a","_meta":[]})"));
  EXPECT_EQ("its arguments is not an array", why_not(kPrompt, R"({"name":"a","arguments":{}})"));
  EXPECT_EQ("its size is not a number", why_not(kResource, R"({"name":"a","uri":"u","size":"1"})"));
  EXPECT_EQ("accepted", why_not(kTool, R"({"name":"a","size":"not checked",)" + kSchema + "}"));
}

TEST(DefinitionTest, CutsOutOptionalMembersThatAreNull) {
  const auto read = read_definition(
      kTool, R"({"title":null,"name":"a","annotations":null,)" + kSchema + R"(,"x":null,"_meta":null})");
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(R"({"name":"a",)" + kSchema + R"(,"x":null})", read->text);
  EXPECT_EQ(R"("a")", read->name_range.of(read->text));
  EXPECT_EQ("", read->note);
}

TEST(DefinitionTest, GivesASchemaWithoutTypeTheOnlyTypeThereIs) {
  const auto empty = read_definition(kTool, R"({"name":"a","inputSchema":{}})");
  EXPECT_EQ(R"({"name":"a","inputSchema":{"type":"object"}})", empty.value().text);
  EXPECT_EQ("its inputSchema had no type; \"object\" was put in", empty->note);
  EXPECT_EQ(R"({"type":"object"})", empty->input_schema.of(empty->text));
  EXPECT_EQ(R"({"name":"a","inputSchema":{"type":"object","properties":{}}})",
            read_definition(kTool, R"({"name":"a","inputSchema":{"properties":{}}})").value().text);
  EXPECT_EQ(R"({"name":"a","inputSchema":{"type":"object","x":1}})",
            read_definition(kTool, R"({"name":"a","inputSchema":{"type":"","x":1}})").value().text);
  const auto missing = read_definition(kTool, R"({"name":"a"})");
  EXPECT_EQ(R"({"inputSchema":{"type":"object"},"name":"a"})", missing.value().text);
  EXPECT_EQ("it had no inputSchema; an empty one was put in", missing->note);
}

TEST(DefinitionTest, NamesWhatItRefusedIfItCan) {
  EXPECT_EQ("a?b", name_for_people(R"({"name":"a\nb"})"));
  EXPECT_EQ("", name_for_people("nonsense"));
  EXPECT_EQ("", name_for_people(R"({"name":7})"));
  EXPECT_EQ(std::string(80, 'a') + "...", name_for_people(R"({"name":")" + std::string(300, 'a') + "\"}"));
}

}  // namespace
}  // namespace jungle::catalog
