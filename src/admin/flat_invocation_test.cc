#include "admin/flat_invocation.h"

#include <gtest/gtest.h>

namespace jungle::admin {
namespace {

struct Case {
  const char* body;
  const char* name;
  const char* arguments;
};

class FlatInvocationTest : public ::testing::TestWithParam<Case> {};

TEST_P(FlatInvocationTest, PartsNameAndArguments) {
  const auto read = read_flat_invocation(GetParam().body);
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(GetParam().name, read->name);
  EXPECT_EQ(GetParam().arguments, read->arguments_json);
}

INSTANTIATE_TEST_SUITE_P(
    All, FlatInvocationTest,
    ::testing::Values(Case{R"({"name":"up__echo"})", "up__echo", "{}"},
                      Case{R"({"name":"up__echo","message":"hi"})", "up__echo", R"({"message":"hi"})"},
                      Case{R"({"message":"hi","name":"up__echo"})", "up__echo", R"({"message":"hi"})"},
                      Case{R"({"a":1,"name":"x__y","b":2})", "x__y", R"({"a":1,"b":2})"},
                      // Spellings of numbers and of white space stay.
                      Case{R"({ "name" : "x__y", "n": 1.0, "e": 1E400, "i": 123456789012345678901234567890 })", "x__y",
                           R"({ "n": 1.0, "e": 1E400, "i": 123456789012345678901234567890 })"},
                      Case{R"({"name":"h__Model \u0044etails","Name":1,"o":{"name":"inner"}})", "h__Model Details",
                           R"({"Name":1,"o":{"name":"inner"}})"},
                      // What is not read at a glance.
                      Case{R"({"name":"x__y","a":1.0} trailing)", "x__y", R"({"a":1.0})"},
                      Case{R"({"n\u0061me":"x__y","a":1.0})", "x__y", R"({"a":1.0})"},
                      Case{R"({"name":"first","name":"x__y","a":1})", "x__y", R"({"a":1})"}));

TEST(FlatInvocationErrorsTest, AreMcpJunglesOwn) {
  const auto error_of = [](std::string_view body) { return read_flat_invocation(body).error().message; };
  EXPECT_EQ("failed to decode request body: EOF", error_of(""));
  EXPECT_EQ("failed to decode request body: unexpected EOF", error_of(R"({"name":)"));
  EXPECT_EQ("failed to decode request body: json: cannot unmarshal array into Go value of type map[string]interface {}",
            error_of("[1]"));
  EXPECT_EQ("missing 'name' field in request body", error_of("{}"));
  EXPECT_EQ("missing 'name' field in request body", error_of("null"));
  EXPECT_EQ("'name' field must be a string", error_of(R"({"name":5})"));
}

}  // namespace
}  // namespace jungle::admin
