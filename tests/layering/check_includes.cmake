# Fails when a file includes across the layering: a project header from a folder its module does not
# DEPEND on, or a third-party header outside the one folder that owns that library.
# Run: cmake -DROOT=<source root> -DLAYERS=<layers.txt> -P check_includes.cmake
cmake_minimum_required(VERSION 3.25)

# <header regex>=<folders that may include it>
set(owners
  "rte_.*=engine/capture|tests/traffic/ring"
  "pcap.*=engine/capture"
  "sqlite3\\.h=engine/storage"
  "openssl/.*=engine/certificates"
  "liburing.*=engine/storage"
  "portaudio\\.h=console/playback"
  "bcg729/.*=shared/codecs|tests/traffic"
  "(spandsp|gsm|opus/opus)\\.h=shared/codecs"
  "sndfile.*=shared/codecs"
  "toml.*=engine"
  "CLI/.*=engine|engine/ctl|tests/traffic"
  "qcustomplot.*=console/plots"
  "Q[A-Z].*=shared/remote|engine|engine/audit|engine/remote|engine/ctl|console(/.*)?")

set(broken "")
file(STRINGS ${LAYERS} lines)
foreach(line ${lines})
  string(REGEX MATCH "^([^=]+)=(.*)$" _ "${line}")
  set(folder ${CMAKE_MATCH_1})
  string(REPLACE "," ";" allowed "${CMAKE_MATCH_2}")
  list(APPEND allowed ${folder})
  file(GLOB files ${ROOT}/${folder}/*.h ${ROOT}/${folder}/*.cpp)
  foreach(file ${files})
    file(STRINGS ${file} includes REGEX "^ *# *include")
    foreach(include ${includes})
      if(include MATCHES "\"(.*)\"")
        set(path ${CMAKE_MATCH_1})
        get_filename_component(from "${path}" DIRECTORY)
        if(from STREQUAL "") # generated beside the target (moc, repc): never a source header of ours
          continue()
        endif()
        if(NOT from IN_LIST allowed)
          string(APPEND broken "\n  ${file} includes ${path}")
        endif()
      elseif(include MATCHES "<(.*)>")
        set(path ${CMAKE_MATCH_1})
        foreach(owner ${owners})
          string(REGEX MATCH "^(.*)=(.*)$" _ "${owner}")
          set(header ${CMAKE_MATCH_1})
          set(home ${CMAKE_MATCH_2})
          if(path MATCHES "^(${header})$" AND NOT folder MATCHES "^(${home})$")
            string(APPEND broken "\n  ${file} includes ${path}")
          endif()
        endforeach()
      endif()
    endforeach()
  endforeach()
endforeach()
if(broken)
  message(FATAL_ERROR "Includes against the layering:${broken}")
endif()
