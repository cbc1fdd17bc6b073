#include "cli/config_file.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "admin_api/register_input.h"

namespace jungle::cli {
namespace {

std::string parsed(std::string_view text, ConfigSyntax syntax) {
  auto json = parse_config(text, syntax);
  return json ? compact(*json) : "error: " + json.error().message;
}

std::string yaml(std::string_view text) { return parsed(text, ConfigSyntax::kYaml); }
std::string json(std::string_view text) { return parsed(text, ConfigSyntax::kJson); }

TEST(ConfigFileTest, KnowsTheSyntaxByExtensionThenByContent) {
  EXPECT_EQ(ConfigSyntax::kJson, config_syntax("a.JSON", "name: x"));
  EXPECT_EQ(ConfigSyntax::kYaml, config_syntax("dir/a.yaml", "{}"));
  EXPECT_EQ(ConfigSyntax::kYaml, config_syntax("a.yml", "{}"));
  EXPECT_EQ(ConfigSyntax::kJson, config_syntax("a.conf", " \n{\"a\":1}"));
  EXPECT_EQ(ConfigSyntax::kYaml, config_syntax("a", "name: x"));
  EXPECT_EQ(ConfigSyntax::kJson, config_syntax("/dev/stdin", ""));
}

TEST(ConfigFileTest, ReadsYamlAsTheJsonItMeans) {
  EXPECT_EQ(R"({"name":"fs","transport":"stdio","command":"npx","args":["-y","server","8080"],)"
            R"("env":{"PORT":"8080","DEBUG":"true","EMPTY":"","NONE":null},"description":"two\nlines\n"})",
            yaml("name: fs\ntransport: stdio\ncommand: npx\nargs: [-y, server, 8080]\n"
                 "env:\n  PORT: 8080\n  DEBUG: true\n  EMPTY: ''\n  NONE:\ndescription: |\n  two\n  lines\n"));
}

TEST(ConfigFileTest, KeepsTheNumbersOfYamlWhereFieldsAreNumbers) {
  auto config = parse_config("name: x\nwarm: 0\ninit_timeout_sec: 5\ncall_timeout_sec: '60'\n", ConfigSyntax::kYaml);
  ASSERT_TRUE(config.has_value());
  auto input = admin_api::register_input_of(*config);
  ASSERT_TRUE(input.has_value()) << input.error().message;
  EXPECT_EQ(0, input->warm);
  EXPECT_EQ(Seconds(5), input->init_timeout);
  EXPECT_EQ(Seconds(60), input->call_timeout);
}

TEST(ConfigFileTest, FollowsAliasesButNotWithoutBound) {
  EXPECT_EQ(R"({"a":["x"],"b":["x"]})", yaml("a: &l [x]\nb: *l\n"));
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
    for (int k = 0; k < 9; ++k)
      bomb += ", " + last;
    bomb += "]\n";
  }
  EXPECT_NE(std::string::npos, yaml(bomb).find("it holds more than 20000 values"));
  EXPECT_EQ("error: an alias of something that has not ended (line 1, column 5)", yaml("&a [*a]\n"));
  const std::string long_text = "a: &a " + std::string(kConfigFileBytesMax / 2, 'x') + "\nb: *a\nc: *a\n";
  EXPECT_NE(std::string::npos, yaml(long_text).find("with its aliases it is larger than 1048576 bytes"));
}

TEST(ConfigFileTest, TakesTheDeepestYamlAndRefusesOneMore) {
  const auto nested = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
  EXPECT_EQ(nested(kConfigDepthMax), yaml(nested(kConfigDepthMax)));
  EXPECT_NE(std::string::npos, yaml(nested(kConfigDepthMax + 1)).find("it is nested deeper than 32 levels"));
}

// yaml-cpp reads endless empty documents from these.
TEST(ConfigFileTest, EndsWhereYamlCppWouldNot) {
  EXPECT_EQ("error: it holds more than one YAML document, or a stray character", yaml("a: 1\n---\n,b: 2\n"));
  EXPECT_EQ(0U, yaml("]").find("error: "));
}

// yaml-cpp turns these escapes into single bytes.
TEST(ConfigFileTest, RefusesEscapesThatAreNoUtf8) {
  EXPECT_NE(std::string::npos, yaml("a: \"\\_\"").find("an escape that yields no character"));
  EXPECT_EQ("{\"a\":\"\xc3\xa9\"}", yaml("a: \"\\u00e9\""));
}

TEST(ConfigFileTest, NamesLineAndColumnOfAFault) {
  EXPECT_EQ("error: unexpected EOF (line 1, column 10)", json("{\"name\": "));
  EXPECT_EQ(0U, json("{\n  \"a\": x\n}").find("error: invalid character 'x'"));
  EXPECT_NE(std::string::npos, json("{\n  \"a\": x\n}").find("(line 2, column 8)"));
  EXPECT_NE(std::string::npos, json("{} {}").find("(line 1, column 4)"));
  EXPECT_NE(std::string::npos, yaml("name: x\n  url: y\n").find("(line 2, column 6)"));
  EXPECT_NE(std::string::npos, yaml("a: [1, 2\n").find("(line 2, column 1)"));
}

TEST(ConfigFileTest, RefusesWhatIsNoTreeOfWords) {
  EXPECT_EQ("error: EOF (line 1, column 1)", json(""));
  EXPECT_EQ("null", yaml(""));
  EXPECT_NE(std::string::npos, yaml("---\na: 1\n---\nb: 2\n").find("more than one YAML document"));
  EXPECT_NE(std::string::npos, yaml("? [a, b]\n: c\n").find("a key is not a word"));
  EXPECT_EQ("error: it is not UTF-8 text", yaml("a: \xff\n"));
  EXPECT_EQ(0U, json(std::string(100, '[')).find("error: JSON is nested deeper than 32 levels"));
  EXPECT_EQ(0U, yaml(std::string(5000, '[')).find("error: "));
}

class ConfigFolderTest : public ::testing::Test {
 protected:
  ConfigFolderTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "jungle-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~ConfigFolderTest() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_;
};

TEST_F(ConfigFolderTest, ReadsAFileUpToTheLimit) {
  const auto path = folder_ / "a.json";
  std::ofstream(path) << std::string(kConfigFileBytesMax, ' ');
  EXPECT_EQ(kConfigFileBytesMax, read_config_file(path)->size());
  std::ofstream(path, std::ios::app) << ' ';
  EXPECT_EQ(ErrorCode::kLimitExceeded, read_config_file(path).error().code);
}

TEST_F(ConfigFolderTest, SaysWhyAFileCannotBeRead) {
  const auto missing = read_config_file(folder_ / "none");
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(ErrorCode::kNotFound, missing.error().code);
  EXPECT_EQ("open " + (folder_ / "none").string() + ": no such file or directory", missing.error().message);
  const auto folder = read_config_file(folder_);
  ASSERT_FALSE(folder.has_value());
  EXPECT_NE(std::string::npos, folder.error().message.find("directory"));
}

}  // namespace
}  // namespace jungle::cli
