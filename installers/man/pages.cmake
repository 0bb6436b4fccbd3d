# Makes the manual page of a program: what is written by hand (PAGE, a template), with its own --help where that says @OPTIONS@,
# so that no option is described twice.
#   cmake -DPROGRAM=... -DPAGE=....1.in -DOUTPUT=....1 -DVERSION=... -P pages.cmake
cmake_minimum_required(VERSION 3.25)

function(help_of result)
  execute_process(COMMAND ${CMAKE_COMMAND} -E env QT_QPA_PLATFORM=offscreen COLUMNS=100 ${PROGRAM} ${ARGN} --help
    OUTPUT_VARIABLE text ERROR_VARIABLE problem RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${PROGRAM} ${ARGN} --help ended with ${status}: ${problem}")
  endif()
  string(STRIP "${text}" text)
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

# As roff, printed as it stands: a backslash, and a line that begins with a control character, are not roff's. A minus is one.
function(as_roff result text)
  string(REPLACE "\\" "\\e" text "${text}")
  string(REPLACE "-" "\\-" text "${text}")
  string(REGEX REPLACE "(^|\n)([.'])" "\\1\\\\&\\2" text "${text}")
  set(${result} ".nf\n${text}\n.fi\n" PARENT_SCOPE)
endfunction()

help_of(help)
as_roff(OPTIONS "${help}")
set(COMMANDS "")
string(REGEX REPLACE ".*\nSubcommands:\n" "" listed "${help}")
if(NOT listed STREQUAL help)
  string(REGEX REPLACE "\n\n.*" "" listed "${listed}")
  string(REPLACE ";" "," listed "${listed}") # of its descriptions, which CMake would take for ends of elements
  string(REPLACE "\n" ";" listed "${listed}")
  foreach(line ${listed})
    if(line MATCHES "^  ([a-z-]+) ")
      set(command ${CMAKE_MATCH_1})
      help_of(help ${command})
      as_roff(text "${help}")
      string(APPEND COMMANDS ".SS ${command}\n${text}")
    endif()
  endforeach()
endif()
# Not by configure_file(), which would empty the names of places: these are known when it is installed.
file(READ ${PAGE} page)
foreach(name VERSION OPTIONS COMMANDS)
  string(REPLACE "@${name}@" "${${name}}" page "${page}")
endforeach()
file(WRITE ${OUTPUT} "${page}")
