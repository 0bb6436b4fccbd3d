# One CMake target per folder. Included by the top CMakeLists.txt.
#
#   module(engine/media DEPENDS shared/base [LINK libs...] [PRIVATE_LINK libs...] [MOC] [SOURCES generated...])
#
# declares the folder's static library (or interface library when it holds headers only), the folders
# that its files may include, and the third-party libraries it links. `layers.txt` in the build folder
# records the declaration for the `layering` test. Every header is compiled alone by the target
# `all_verify_interface_header_sets`.

add_library(callmon_warnings INTERFACE)
target_compile_options(callmon_warnings INTERFACE -Wall -Wextra -Wconversion -Wshadow -Werror)
if(CALLMON_SANITIZE)
  add_compile_options(-fsanitize=${CALLMON_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${CALLMON_SANITIZE})
  # GCC 12 warns of values in std::optional that its own checks make it lose sight of.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU") # clang knows no such warning
    add_compile_options(-Wno-maybe-uninitialized)
  endif()
  if(CALLMON_SANITIZE MATCHES undefined)
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()
if(CALLMON_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

file(WRITE ${PROJECT_BINARY_DIR}/layers.txt "")

function(module name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "MOC" "" "DEPENDS;LINK;PRIVATE_LINK;SOURCES;EXCLUDE")
  string(REPLACE "/" "_" target ${name})
  set(folder ${PROJECT_SOURCE_DIR}/${name})
  file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  file(GLOB headers CONFIGURE_DEPENDS ${folder}/*.h)
  foreach(excluded ${arg_EXCLUDE})
    list(REMOVE_ITEM sources ${folder}/${excluded})
  endforeach()
  if(sources OR arg_SOURCES)
    add_library(${target} STATIC ${sources} ${arg_SOURCES})
    set(scope PUBLIC)
    target_link_libraries(${target} PRIVATE callmon_warnings ${arg_PRIVATE_LINK})
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  if(arg_MOC AND scope STREQUAL PUBLIC)
    set_target_properties(${target} PROPERTIES AUTOMOC ON)
  endif()
  if(headers)
    target_sources(${target} ${scope} FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${headers})
  endif()
  target_include_directories(${target} ${scope} ${PROJECT_SOURCE_DIR})
  foreach(dep ${arg_DEPENDS})
    string(REPLACE "/" "_" dep_target ${dep})
    target_link_libraries(${target} ${scope} ${dep_target})
  endforeach()
  target_link_libraries(${target} ${scope} ${arg_LINK})
  list(JOIN arg_DEPENDS "," deps)
  file(APPEND ${PROJECT_BINARY_DIR}/layers.txt "${name}=${deps}\n")
  set_property(GLOBAL APPEND PROPERTY callmon_modules ${name})
endfunction()
