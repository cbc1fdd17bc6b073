#include "http/address_scope.h"

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace jungle::http {
namespace {

std::string word_for(AddressScope scope) {
  switch (scope) {
    case AddressScope::kPublic:
      return "public";
    case AddressScope::kPrivate:
      return "private";
    case AddressScope::kLoopback:
      return "loopback";
    case AddressScope::kReserved:
      return "reserved";
    case AddressScope::kLinkLocal:
      return "link-local";
  }
  return "?";
}

std::string scope(const std::string& address) { return word_for(scope_of(boost::asio::ip::make_address(address))); }

void expect_all(const std::string& word, const std::vector<std::string>& addresses) {
  for (const std::string& address : addresses)
    EXPECT_EQ(word, scope(address)) << address;
}

TEST(AddressScopeTest, KnowsThePublicInternet) {
  expect_all("public", {"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
                        "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255",
                        "223.255.255.255", "2606:4700::1111", "2a00:1450::1", "3ffe::1"});
}

TEST(AddressScopeTest, KnowsPrivateNetworks) {
  expect_all("private", {"10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0", "192.168.255.255",
                         "100.64.0.0", "100.127.255.255", "198.18.0.1", "198.19.255.255", "fc00::1", "fdff::1",
                         "fec0::1", "64:ff9b:1::1"});
}

TEST(AddressScopeTest, KnowsThisMachine) {
  expect_all("loopback", {"127.0.0.1", "127.255.255.255", "0.0.0.0", "0.1.2.3", "::1", "::"});
}

TEST(AddressScopeTest, KnowsLinkLocalAddressesAndMetadataServices) {
  expect_all("link-local", {"169.254.0.0", "169.254.169.254", "169.254.170.2", "169.254.255.255", "fe80::1", "febf::1",
                            "fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254", "fd00:42::42", "100.100.100.200",
                            "168.63.129.16", "192.0.0.192"});
}

TEST(AddressScopeTest, KnowsWhatNoServerHas) {
  expect_all("reserved",
             {"192.0.0.1", "192.0.2.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "255.255.255.255", "240.0.0.1",
              "ff02::1", "2001:db8::1", "2001::1", "2001:1ff::1", "3fff::1", "100::1", "5f00::1", "4000::1", "200::1"});
}

TEST(AddressScopeTest, LooksIntoIpv6ForIpv4) {
  const std::vector<std::pair<std::string, std::string>> embedded{
      {"127.0.0.1", "7f00:1"}, {"10.0.0.5", "a00:5"}, {"169.254.169.254", "a9fe:a9fe"}, {"8.8.8.8", "808:808"}};
  for (const auto& [plain, hex] : embedded) {
    EXPECT_EQ(scope(plain), scope("::ffff:" + plain));
    EXPECT_EQ(scope(plain), scope("::ffff:0:" + hex));
    EXPECT_EQ(scope(plain), scope("64:ff9b::" + hex));
    EXPECT_EQ(scope(plain), scope("2002:" + hex + "::1"));
    EXPECT_EQ(scope(plain), scope("::" + hex));
  }
}

TEST(AddressScopeTest, ReadsEverySpellingOfAnAddress) {
  for (const char* text :
       {"127.0.0.1", "127.0.0.1.", "127.1", "2130706433", "0177.0.0.1", "0x7f.0.0.1", "0x7f000001", "017700000001"}) {
    const auto address = numeric_address(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ("127.0.0.1", address->to_string()) << text;
  }
  EXPECT_EQ("fe80::1", numeric_address("fe80::1")->to_string());
}

bool holds(const std::string& network, const std::string& address) {
  const auto parsed = AddressNetwork::parse(network);
  EXPECT_TRUE(parsed) << network;
  return parsed && parsed->contains(*numeric_address(address));
}

TEST(AddressScopeTest, KnowsWhatANetworkHolds) {
  EXPECT_TRUE(holds("10.0.0.0/8", "10.255.0.1"));
  EXPECT_TRUE(holds("10.0.0.0/8", "::ffff:10.1.2.3"));
  EXPECT_FALSE(holds("10.0.0.0/8", "11.0.0.1"));
  EXPECT_TRUE(holds("192.0.2.7", "192.0.2.7"));
  EXPECT_FALSE(holds("192.0.2.7", "192.0.2.6"));
  EXPECT_TRUE(holds("fd00::/8", "fd12::1"));
  EXPECT_FALSE(holds("fd00::/8", "10.0.0.1"));
  EXPECT_TRUE(holds("0.0.0.0/0", "8.8.8.8"));
  for (const char* text : {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "fd00::/129", "a/8", "", "/8"})
    EXPECT_FALSE(AddressNetwork::parse(text)) << text;
}

TEST(AddressScopeTest, LeavesNamesAlone) {
  using std::string_literals::operator""s;
  for (const std::string& text : {"localhost"s, "example.org"s, "1.2.3.4.5"s, "256.0.0.1"s, "0x"s, ""s, "."s,
                                  "127.0.0.1 x"s, "127.0.0.1\0x"s, "a.127.0.0.1"s})
    EXPECT_FALSE(numeric_address(text)) << text;
}

}  // namespace
}  // namespace jungle::http
