# Compiler warnings for our own targets: link jungle::warnings.
add_library(jungle_warnings INTERFACE)
add_library(jungle::warnings ALIAS jungle_warnings)
target_compile_options(jungle_warnings INTERFACE -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
                       -Wnull-dereference -Wimplicit-fallthrough)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Both misfire on coroutine frames in g++ 12.
  target_compile_options(jungle_warnings INTERFACE -Wno-null-dereference -Wno-maybe-uninitialized -Wno-dangling-pointer)
  # What g++ makes of code that it inlined: Asio's operator new of coroutine frames (aligned_alloc) beside their operator delete (free)
  # looks mismatched to it, and the buffers inside moved strings too small. Builds that inline nothing keep these warnings, and
  # AddressSanitizer in `dev` finds real ones.
  target_compile_options(jungle_warnings INTERFACE
                         "$<$<CONFIG:Release>:-Wno-mismatched-new-delete;-Wno-array-bounds;-Wno-stringop-overflow;-Wno-stringop-overread>"
                         $<$<CONFIG:Release>:-Wno-restrict>)
elseif(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  target_compile_options(jungle_warnings INTERFACE -Wunused-result -Wthread-safety -Wno-null-dereference)
endif()
# Modules have no static initializers; test programs do, because GoogleTest registers cases with them.
add_library(jungle_module_warnings INTERFACE)
add_library(jungle::module_warnings ALIAS jungle_module_warnings)
target_link_libraries(jungle_module_warnings INTERFACE jungle_warnings)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  target_compile_options(jungle_module_warnings INTERFACE -Wglobal-constructors)
endif()

if(JUNGLE_WERROR)
  target_compile_options(jungle_warnings INTERFACE -Werror)
endif()
