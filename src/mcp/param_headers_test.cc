#include "mcp/param_headers.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace jungle::mcp {
namespace {

using Values = std::vector<std::pair<std::string, std::string>>;

std::string with_property(const std::string& property) {
  return R"({"type":"object","properties":{"region":)" + property + "}}";
}

std::string why_not(const std::string& schema) {
  const auto headers = read_param_headers(schema);
  return headers ? "accepted" : headers.error().message;
}

Values values(const std::string& schema, const std::string& arguments) {
  return param_header_values(read_param_headers(schema).value(), arguments);
}

const std::string kRegion = with_property(R"({"type":"string","x-mcp-header":"Region"})");

TEST(ParamHeadersTest, FindsAnnotationsAlongProperties) {
  const auto headers = read_param_headers(R"({"type":"object","properties":{
    "region":{"x-mcp-header":"Region","type":"string"},
    "where":{"type":"object","properties":{"zone \u0041":{"type":"integer","x-mcp-header":"zone"}}},
    "dry":{"type":"boolean","x-mcp-header":"Dry-Run"}}})");
  ASSERT_TRUE(headers.has_value());
  EXPECT_EQ((ParamHeaders{{"Region", {"region"}}, {"zone", {"where", "zone A"}}, {"Dry-Run", {"dry"}}}), *headers);
}

TEST(ParamHeadersTest, ASchemaWithoutAnnotationsHasNone) {
  EXPECT_TRUE(read_param_headers(R"({"type":"object"})").value().empty());
  EXPECT_TRUE(read_param_headers("").value().empty());
}

TEST(ParamHeadersTest, APropertyOrDataMayBeCalledLikeTheAnnotation) {
  EXPECT_EQ("accepted", why_not(R"({"properties":{"x-mcp-header":{"type":"string"}}})"));
  EXPECT_EQ("accepted", why_not(with_property(R"({"type":"object","default":{"x-mcp-header":1}})")));
  EXPECT_EQ("accepted", why_not(with_property(R"({"enum":[{"x-mcp-header":1}]})")));
  EXPECT_EQ("accepted", why_not(with_property(R"({"description":"x-mcp-header"})")));
}

TEST(ParamHeadersTest, RefusesNamesThatAreNoTokens) {
  for (const char* name : {R"("")", R"("a b")", R"("a:b")", R"("gr\u00f6\u00dfe")", R"("a\r\nX: y")", R"("a\u0000")"}) {
    EXPECT_NE(std::string::npos,
              why_not(with_property(std::string(R"({"type":"string","x-mcp-header":)") + name + "}")).find("token"))
        << name;
  }
  EXPECT_EQ("x-mcp-header is not a string", why_not(with_property(R"({"type":"string","x-mcp-header":1})")));
  const std::string longest(64, 'a');
  EXPECT_EQ("accepted", why_not(with_property(R"({"type":"string","x-mcp-header":")" + longest + "\"}")));
  EXPECT_NE("accepted", why_not(with_property(R"({"type":"string","x-mcp-header":")" + longest + "a\"}")));
}

TEST(ParamHeadersTest, RefusesTypesThatAreNotPrimitive) {
  for (const char* type : {R"("number")", R"("object")", R"("array")", R"("null")", R"(["string","null"])", "{}"}) {
    EXPECT_EQ("x-mcp-header 'R' is on a property that is not a string, integer or boolean",
              why_not(with_property(std::string(R"({"x-mcp-header":"R","type":)") + type + "}")));
  }
  EXPECT_NE("accepted", why_not(with_property(R"({"x-mcp-header":"R"})")));
}

TEST(ParamHeadersTest, RefusesAnnotationsThatPropertiesAloneDoNotReach) {
  const std::string annotated = R"({"type":"string","x-mcp-header":"R"})";
  for (const std::string& schema : {
           annotated,
           R"({"items":)" + annotated + "}",
           R"({"anyOf":[)" + annotated + "]}",
           R"({"allOf":[{"properties":{"a":)" + annotated + "}}]}",
           R"({"if":{"properties":{"a":)" + annotated + "}}}",
           R"({"$defs":{"a":)" + annotated + "}}",
           R"({"patternProperties":{".*":)" + annotated + "}}",
           R"({"additionalProperties":)" + annotated + "}",
           R"({"properties":{"a":{"type":"array","items":)" + annotated + "}}}",
           R"({"properties":{"a":{"oneOf":[{"not":)" + annotated + "}]}}}",
       }) {
    EXPECT_EQ("x-mcp-header 'R' is not on a property that only `properties` lead to", why_not(schema)) << schema;
  }
}

TEST(ParamHeadersTest, RefusesNamesThatDifferInCaseOnly) {
  EXPECT_EQ("x-mcp-header 'REGION' stands twice",
            why_not(R"({"properties":{"a":{"type":"string","x-mcp-header":"region"},
                                      "b":{"type":"string","x-mcp-header":"REGION"}}})"));
  EXPECT_NE("accepted", why_not(with_property(R"({"type":"string","x-mcp-header":"a","x-mcp-header":"b"})")));
}

TEST(ParamHeadersTest, TakesAsManyAsTheLimitAndNotOneMore) {
  const auto schema = [](std::size_t count) {
    std::string properties;
    for (std::size_t i = 0; i < count; ++i) {
      const std::string n = std::to_string(i);
      properties += (i == 0 ? "" : ",") + ("\"p" + n) + R"(":{"type":"string","x-mcp-header":"H)" + n + "\"}";
    }
    return R"({"properties":{)" + properties + "}}";
  };
  EXPECT_EQ(kParamHeadersMax, read_param_headers(schema(kParamHeadersMax)).value().size());
  EXPECT_EQ("too many x-mcp-header annotations", why_not(schema(kParamHeadersMax + 1)));
}

TEST(ParamHeadersTest, NestsAsDeeplyAsTheLimitAndNotDeeper) {
  const auto schema = [](std::size_t depth) {
    std::string text = R"({"type":"string","x-mcp-header":"H"})";
    for (std::size_t i = 0; i < depth; ++i)
      text = R"({"properties":{"p":)" + text + "}}";
    return text;
  };
  EXPECT_EQ("accepted", why_not(schema(kParamHeaderDepthMax)));
  EXPECT_EQ("x-mcp-header 'H' is nested too deeply", why_not(schema(kParamHeaderDepthMax + 1)));
}

TEST(ParamHeadersTest, RefusesBrokenSchemas) {
  EXPECT_NE("accepted", why_not(R"({"properties":{"a":{"x-mcp-header":"R")"));
  EXPECT_NE("accepted", why_not(std::string(300, '[') + "\"x-mcp-header\""));
}

TEST(ParamHeadersTest, GivesTheValuesOfACall) {
  const std::string schema = R"({"properties":{
    "region":{"type":"string","x-mcp-header":"Region"},
    "where":{"properties":{"n":{"type":"integer","x-mcp-header":"N"}}},
    "dry":{"type":"boolean","x-mcp-header":"Dry"}}})";
  EXPECT_EQ((Values{{"Mcp-Param-Region", "eu-west"}, {"Mcp-Param-N", "-7"}, {"Mcp-Param-Dry", "true"}}),
            values(schema, R"({"dry":true,"where":{"n":-7,"other":1},"region":"eu-west"})"));
  EXPECT_EQ((Values{{"Mcp-Param-Region", "=?base64?Z3LDtsOfZQ==?="}}),
            values(schema, R"({"region":"gr\u00f6\u00dfe"})"));
}

TEST(ParamHeadersTest, LeavesOutWhatIsNullAbsentOrNoPrimitive) {
  EXPECT_EQ(Values{}, values(kRegion, R"({"region":null})"));
  EXPECT_EQ(Values{}, values(kRegion, "{}"));
  EXPECT_EQ(Values{}, values(kRegion, ""));
  EXPECT_EQ(Values{}, values(kRegion, R"({"region":{"a":1}})"));
  EXPECT_EQ(Values{}, values(kRegion, R"({"region":["eu"]})"));
  EXPECT_EQ(Values{}, values(kRegion, "not json"));
  EXPECT_EQ(Values{}, values(R"({"properties":{"a":{"properties":{"b":{"type":"string","x-mcp-header":"B"}}}}})",
                             R"({"a":"text"})"));
}

TEST(ParamHeadersTest, SendsAnEmptyStringAsAnEmptyValue) {
  EXPECT_EQ((Values{{"Mcp-Param-Region", ""}}), values(kRegion, R"({"region":""})"));
}

TEST(ParamHeadersTest, FindsArgumentsWhoseNamesAreEscaped) {
  EXPECT_EQ((Values{{"Mcp-Param-Region", "eu"}}), values(kRegion, R"({"\u0072egion":"eu"})"));
}

TEST(ParamHeadersTest, WritesIntegersAsDigits) {
  const std::string schema = with_property(R"({"type":"integer","x-mcp-header":"N"})");
  const auto sent = [&](const std::string& number) { return values(schema, "{\"region\":" + number + "}")[0].second; };
  EXPECT_EQ("9007199254740991", sent("9007199254740991"));
  EXPECT_EQ("123456789012345678901234567890", sent("123456789012345678901234567890"));
  EXPECT_EQ("1", sent("1.0"));
  EXPECT_EQ("-1500", sent("-1.5e3"));
  EXPECT_EQ("0", sent("-0"));
  EXPECT_EQ("1.5", sent("1.5"));
  EXPECT_EQ("1e300", sent("1e300"));
}

// The vectors of the conformance suite.
TEST(HeaderValueTest, EncodesWhatAHeaderCannotCarry) {
  EXPECT_EQ("eu-west", encode_header_value("eu-west"));
  EXPECT_EQ("two words", encode_header_value("two words"));
  EXPECT_EQ("=?base64?Z3LDtsOfZQ==?=", encode_header_value("größe"));
  EXPECT_EQ("=?base64?IHgg?=", encode_header_value(" x "));
  EXPECT_EQ("=?base64?YQpi?=", encode_header_value("a\nb"));
  EXPECT_EQ("=?base64?YQli?=", encode_header_value("a\tb"));
  EXPECT_EQ("=?base64?fw==?=", encode_header_value("\x7f"));
  EXPECT_EQ("=?base64?PT9iYXNlNjQ/eD89?=", encode_header_value("=?base64?x?="));
  EXPECT_EQ("", encode_header_value(""));
}

TEST(HeaderValueTest, DecodesWhatItEncodes) {
  for (const std::string text : {"", "a", "größe", " x ", "a\nb", "=?base64?x?=", "=?base64?=",
                                 "=?base64?"
                                 "?="})
    EXPECT_EQ(text, decode_header_value(encode_header_value(text)).value());
}

TEST(HeaderValueTest, RefusesBadBase64) {
  EXPECT_FALSE(decode_header_value("=?base64?SGVsbG8?=").has_value());
  EXPECT_FALSE(decode_header_value("=?base64?SGVs!!!bG8=?=").has_value());
  EXPECT_FALSE(decode_header_value("=?base64?/w==?=").has_value()) << "not UTF-8";
}

TEST(HeaderValueTest, TakesHalfAMarkerLiterally) {
  EXPECT_EQ("=?base64?SGVsbG8=", decode_header_value("=?base64?SGVsbG8=").value());
  EXPECT_EQ("SGVsbG8=", decode_header_value("SGVsbG8=").value());
  EXPECT_EQ("=?BASE64?SGVsbG8=?=", decode_header_value("=?BASE64?SGVsbG8=?=").value());
}

}  // namespace
}  // namespace jungle::mcp
