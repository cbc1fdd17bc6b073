#include "cli/content_output.h"

#include <gtest/gtest.h>

namespace jungle::cli {
namespace {

const SystemTime kNow{std::chrono::seconds(1)};

ContentReport described(std::string_view answer) {
  auto report = describe_tool_result(answer, kNow);
  return report ? *report : ContentReport{"error: " + report.error().message, {}};
}

ContentReport one_item(const std::string& item) { return described(R"({"content":[)" + item + "]}"); }

TEST(ContentOutputTest, PrintsTextAndStructuredContent) {
  const auto report = described(
      R"({"content":[{"type":"text","text":"hello"},{"type":"text","text":"two\nlines"}],"structuredContent":{"n":1.0}})");
  EXPECT_EQ(
      "Response from tool:\n\n** Content [text] **\nhello\n\n** Content [text] **\ntwo\nlines\n\n"
      "\n** Structured Content **\n{\n  \"n\": 1.0\n}\n\n",
      report.text);
  EXPECT_TRUE(report.files.empty());
}

TEST(ContentOutputTest, SaysWhenTheToolFailedAndShowsItsMeta) {
  EXPECT_EQ(
      "The tool returned an error:\ntrace: abc\ncode: 7\n\n** Content [text] **\nno\n\n",
      described(R"({"_meta":{"trace":"abc","code":7},"isError":true,"content":[{"type":"text","text":"no"}]})").text);
}

TEST(ContentOutputTest, SavesImagesAndAudio) {
  const auto report = described(R"({"content":[{"type":"image","mimeType":"image/png","data":"AAEC"},)"
                                R"({"type":"audio","mimeType":"audio/x","data":"AA=="}]})");
  EXPECT_EQ(
      "Response from tool:\n\n** Content [image] **\n[Image saved as image_1000000000.png]\n\n"
      "** Content [audio] **\n[Audio saved as audio_1000000001.audio]\n\n",
      report.text);
  const std::vector<SavedFile> files{{"image_1000000000.png", std::string("\0\1\2", 3)},
                                     {"audio_1000000001.audio", std::string("\0", 1)}};
  EXPECT_EQ(files, report.files);
}

TEST(ContentOutputTest, ChoosesFileNamesByType) {
  const auto name = [](const std::string& item) {
    const auto report = one_item(item);
    return report.files.empty() ? report.text : report.files[0].name;
  };
  EXPECT_EQ("image_1000000000.jpg", name(R"({"type":"image","mimeType":"image/jpeg","data":""})"));
  EXPECT_EQ("image_1000000000.img", name(R"({"type":"image","data":""})"));
  EXPECT_EQ("audio_1000000000.mp3", name(R"({"type":"audio","mimeType":"audio/mpeg","data":""})"));
  EXPECT_EQ("resource_1000000000.pdf",
            name(R"({"type":"resource","resource":{"uri":"u","mimeType":"application/pdf","blob":""}})"));
  EXPECT_EQ("resource_1000000000.bin",
            name(R"({"type":"resource","resource":{"uri":"u","mimeType":"../../x","blob":""}})"));
}

TEST(ContentOutputTest, PrintsResourcesAndLinks) {
  EXPECT_EQ(
      "Response from tool:\n\n** Content [resource] **\nResource URI: u\nMIME Type: text/plain\nText Content:\nt\n\n",
      one_item(R"({"type":"resource","resource":{"uri":"u","mimeType":"text/plain","text":"t"}})").text);
  EXPECT_EQ(
      "Response from tool:\n\n** Content [resource_link] **\nResource Link URI: u\nName: n\nMIME Type: m\n"
      "Resource link content handled correctly\n\n",
      one_item(R"({"type":"resource_link","uri":"u","name":"n","mimeType":"m"})").text);
}

TEST(ContentOutputTest, ShowsUnknownTypesAsTheyAre) {
  EXPECT_EQ(
      "Response from tool:\n\n** Content [hologram] **\n[Unknown content type: hologram]\nRaw content:\n{\n  \"type\": "
      "\"hologram\"\n}\n\n",
      one_item(R"({"type":"hologram"})").text);
}

TEST(ContentOutputTest, NamesMalformedItems) {
  EXPECT_EQ(R"(error: text content item does not have a 'text' field: {"type":"text"})",
            one_item(R"({"type":"text"})").text);
  EXPECT_EQ(R"(error: image content item does not have a valid 'data' field: {"type":"image","data":1})",
            one_item(R"({"type":"image","data":1})").text);
  EXPECT_EQ("error: failed to decode base64 image data", one_item(R"({"type":"image","data":"!!!"})").text);
  EXPECT_EQ("error: failed to decode base64 audio data", one_item(R"({"type":"audio","data":"!!!"})").text);
  EXPECT_EQ("error: content item does not have a 'type' field: {}", one_item("{}").text);
  EXPECT_EQ(R"(error: resource content item has neither 'text' nor 'blob': {"type":"resource","resource":{}})",
            one_item(R"({"type":"resource","resource":{}})").text);
}

TEST(ContentOutputTest, PrintsTheContentsOfResources) {
  const auto report = describe_resource_contents(
      R"({"contents":[{"uri":"u","mimeType":"text/plain","text":"hi"},{"uri":"u","text":"{\"a\":1}"},)"
      R"({"uri":"u","blob":"AAEC"}]})",
      kNow);
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(
      "Content 1:\nURI: u\nMIME Type: text/plain\nhi\n\nContent 2:\nURI: u\n{\n  \"a\": 1\n}\n\n"
      "Content 3:\nURI: u\n[Blob content saved as resource_1000000000.bin]\n",
      report->text);
  EXPECT_EQ(std::string("\0\1\2", 3), report->files.at(0).bytes);
  EXPECT_FALSE(describe_resource_contents("{}", kNow).has_value());
  EXPECT_FALSE(describe_resource_contents(R"({"contents":[{"blob":"!"}]})", kNow).has_value());
}

}  // namespace
}  // namespace jungle::cli
