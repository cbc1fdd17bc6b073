# -DJUNGLE_SANITIZE=address,undefined or thread, for everything that is compiled here.
if(JUNGLE_SANITIZE)
  add_compile_options(-fsanitize=${JUNGLE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${JUNGLE_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang" AND JUNGLE_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize=function)  # clang 14 cannot compile coroutines with it.
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND JUNGLE_SANITIZE MATCHES "thread")
    add_compile_options(-Wno-tsan)
  endif()
endif()
