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
  target_link_libraries(${name} PRIVATE ${arg_LINK} callmon_warnings Qt6::Test)
  target_compile_definitions(${name} PRIVATE CALLMON_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
    CALLMON_DEFAULT_CAPTURES="${PROJECT_SOURCE_DIR}/../shared/captures")
endfunction()
