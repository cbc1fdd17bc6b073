# jungle_embed_text(<source> <file> <function>): writes a source file that defines `std::string_view <function>()`, given with
# its namespaces, which returns the text of <file>: the data travels inside the binary.
function(jungle_embed_text source file function)
  file(READ ${file} text)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  string(REGEX REPLACE "::[^:]*$" "" namespace ${function})
  string(REGEX REPLACE "^.*::" "" name ${function})
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT
"#include <string_view>

namespace @namespace@ {

std::string_view @name@();

std::string_view @name@() { return R\"text(@text@)text\"; }

}  // namespace @namespace@
")
endfunction()
