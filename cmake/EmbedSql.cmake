# jungle_embed_sql(<source>): writes a source file that holds the text of migrations/NNN_name.sql, so that it travels
# inside the binary. src/store/migrations.h declares what it defines.
function(jungle_embed_sql source)
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/migrations/*.sql)
  list(SORT files)
  set(entries "")
  foreach(file IN LISTS files)
    get_filename_component(name ${file} NAME_WE)
    if(NOT name MATCHES "^([0-9][0-9][0-9])_([a-z0-9_]+)$")
      message(FATAL_ERROR "${file}: migrations are called NNN_name.sql")
    endif()
    math(EXPR number "1${CMAKE_MATCH_1} - 1000")  # 001 without its zeros, which would make it octal.
    file(READ ${file} sql)
    string(APPEND entries "    {${number}, \"${CMAKE_MATCH_2}\", R\"sql(${sql})sql\"},\n")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  endforeach()
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT
"#include \"store/migrations.h\"

namespace jungle::store {
namespace {
constexpr MigrationText kTexts[] = {
@entries@};
}  // namespace

std::span<const MigrationText> migration_texts() { return kTexts; }

}  // namespace jungle::store
")
endfunction()
