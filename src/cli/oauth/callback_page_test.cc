#include "cli/oauth/callback_page.h"

#include <gtest/gtest.h>

namespace jungle::cli {
namespace {

bool holds(const CallbackPage& page, const std::string& text) { return page.html.find(text) != std::string::npos; }

TEST(CallbackPageTest, TellsSuccessDenialAndFailureApart) {
  const CallbackPage good = successful_page("todoist");
  EXPECT_EQ(200, good.status);
  EXPECT_TRUE(holds(good, "<h1>Authorization successful</h1>"));
  EXPECT_TRUE(holds(good, "todoist"));
  const CallbackPage denied = refused_page({Secret(), "s", "", "access_denied", "The person said no"});
  EXPECT_EQ(400, denied.status);
  EXPECT_TRUE(holds(denied, "<h1>Authorization denied</h1>"));
  EXPECT_TRUE(holds(denied, "access_denied: The person said no"));
  EXPECT_TRUE(holds(refused_page({Secret(), "s", "", "server_error", ""}), "<h1>Authorization failed</h1>"));
  EXPECT_TRUE(holds(failed_page("the token endpoint said no"), "the token endpoint said no"));
}

TEST(CallbackPageTest, EscapesWhatStrangersWrote) {
  const CallbackPage page = refused_page({Secret(), "s", "", "x", "<script>alert('1')</script> & \"more\""});
  EXPECT_FALSE(holds(page, "<script>"));
  EXPECT_TRUE(holds(page, "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;more&quot;"));
}

TEST(CallbackPageTest, ShortensWhatStrangersWrote) {
  const std::string text = refusal_text({Secret(), "s", "", "e", std::string(10'000, 'x')});
  EXPECT_GT(400U, text.size());
  EXPECT_EQ(0U, text.find("e: xxx"));
}

}  // namespace
}  // namespace jungle::cli
