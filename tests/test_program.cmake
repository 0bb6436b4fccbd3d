# What almost every test includes is parsed once for all of them: half of a test's compilation was that. Named here and
# not in a header of ours, and without the paths that Qt6::Test defines, so that ccache knows it in any folder.
set_property(TARGET Qt6::Test PROPERTY INTERFACE_COMPILE_DEFINITIONS QT_TESTLIB_LIB)
set_property(TARGET Qt6::Network PROPERTY INTERFACE_COMPILE_DEFINITIONS) # by which QTest includes more
set_property(TARGET Qt6::RemoteObjects PROPERTY INTERFACE_COMPILE_DEFINITIONS)
add_library(test_support STATIC ${CMAKE_CURRENT_LIST_DIR}/test_folders.cpp)
target_link_libraries(test_support PRIVATE callmon_warnings PUBLIC Qt6::Test)
set_source_files_properties(${CMAKE_CURRENT_LIST_DIR}/test_folders.cpp PROPERTIES
  COMPILE_DEFINITIONS CALLMON_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
target_include_directories(test_support PRIVATE ${PROJECT_SOURCE_DIR})
target_precompile_headers(test_support PRIVATE <QtTest/QTest> <algorithm> <array> <chrono> <filesystem> <fstream>
  <functional> <map> <memory> <optional> <ranges> <span> <string> <vector>)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # ccache asks for the first. The others find faults in std::string's own header once that is precompiled.
  target_compile_options(test_support PUBLIC
    -fpch-preprocess -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
endif()

# test_program(name SOURCES files... LINK targets...)
#
# A QtTest program in tests/ of the build folder. moc is run on its first file only, by itself: AUTOMOC would make three
# build steps of each program (scan, generate, compile an empty file), a fifth of the whole build.
function(test_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINK")
  list(GET arg_SOURCES 0 main)
  get_filename_component(main ${main} ABSOLUTE)
  get_filename_component(stem ${main} NAME_WE)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/moc/${name})
  file(MAKE_DIRECTORY ${folder})
  add_custom_command(OUTPUT ${folder}/${stem}.moc
    COMMAND Qt6::moc ${main} -o ${folder}/${stem}.moc
    DEPENDS ${main} VERBATIM COMMENT "")
  add_executable(${name} ${arg_SOURCES} ${folder}/${stem}.moc)
  target_include_directories(${name} PRIVATE ${folder})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  target_link_libraries(${name} PRIVATE ${arg_LINK} callmon_warnings test_support)
  if(NOT arg_LINK MATCHES "console_(views|plots)") # QTest is another with widgets
    target_precompile_headers(${name} REUSE_FROM test_support)
  endif()
endfunction()
