#include "base/published.h"

#include <string>

#include <gtest/gtest.h>

namespace jungle {
namespace {

TEST(PublishedTest, ReaderSeesWhatWasPublishedLast) {
  Published<std::string> value(std::make_shared<const std::string>("one"));
  Published<std::string>::Reader reader(value);
  EXPECT_EQ("one", *reader.current());
  value.publish(std::make_shared<const std::string>("two"));
  EXPECT_EQ("two", *reader.current());
}

TEST(PublishedTest, ASnapshotOutlivesItsReplacement) {
  Published<std::string> value(std::make_shared<const std::string>("one"));
  Published<std::string>::Reader reader(value);
  const auto snapshot = reader.current();
  value.publish(std::make_shared<const std::string>("two"));
  EXPECT_EQ("two", *reader.current());
  EXPECT_EQ("one", *snapshot);
}

TEST(PublishedTest, ReaderReturnsTheSameObjectWhileNothingChanges) {
  Published<std::string> value(std::make_shared<const std::string>("one"));
  Published<std::string>::Reader reader(value);
  EXPECT_EQ(reader.current().get(), reader.current().get());
}

}  // namespace
}  // namespace jungle
