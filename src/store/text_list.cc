#include "store/text_list.h"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace jungle::store {

std::string json_of(const std::vector<std::string>& texts) {
  return boost::json::serialize(boost::json::array(texts.begin(), texts.end()));
}

std::vector<std::string> texts_of(std::string_view json) {
  std::vector<std::string> texts;
  boost::system::error_code ec;
  const boost::json::value value = boost::json::parse(json, ec);
  if (ec || !value.is_array()) return texts;
  for (const boost::json::value& each : value.get_array()) {
    if (each.is_string()) texts.emplace_back(each.get_string());
  }
  return texts;
}

}  // namespace jungle::store
