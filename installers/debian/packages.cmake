# `cpack --config build/release/CPackConfig.cmake` makes voipcallmon-probe and voipcallmon-console for Debian 12.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME voipcallmon)
set(CPACK_PACKAGE_VENDOR VoIPCallMon)
set(CPACK_PACKAGE_CONTACT "VoIPCallMon <root@localhost>" CACHE STRING "Who maintains the packages: NAME <ADDRESS>")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL probe)
if(CALLMON_CONSOLE)
  list(APPEND CPACK_COMPONENTS_ALL console)
endif()
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_SECTION net)

set(CPACK_DEBIAN_PROBE_PACKAGE_NAME voipcallmon-probe)
set(CPACK_COMPONENT_PROBE_DESCRIPTION "The engine of a probe, and its command line. Finds every telephone
call in the packets of a link, measures how each side of it sounded, and
keeps records, signalling and sound. callmon-engine captures (DPDK) or reads
capture files; callmonctl searches and exports.")
# DPDK loads its drivers by itself, so no library depends on them: that of any Linux interface, that of packet buffers; and those
# of cards.
set(CPACK_DEBIAN_PROBE_PACKAGE_DEPENDS "systemd, librte-net-af-packet23, librte-mempool-ring23")
set(CPACK_DEBIAN_PROBE_PACKAGE_RECOMMENDS "librte-meta-net")
set(CPACK_DEBIAN_PROBE_PACKAGE_SUGGESTS "ethtool, voipcallmon-console")
set(CPACK_DEBIAN_PROBE_PACKAGE_CONTROL_EXTRA
  ${CMAKE_CURRENT_SOURCE_DIR}/debian/conffiles ${CMAKE_CURRENT_SOURCE_DIR}/debian/postinst
  ${CMAKE_CURRENT_SOURCE_DIR}/debian/prerm ${CMAKE_CURRENT_SOURCE_DIR}/debian/postrm)

set(CPACK_DEBIAN_CONSOLE_PACKAGE_NAME voipcallmon-console)
set(CPACK_COMPONENT_CONSOLE_DESCRIPTION "The desktop program: shows the calls that VoIPCallMon probes see, live
and past, their signalling, quality and sound. With voipcallmon-probe
installed it also reads capture files.")
set(CPACK_DEBIAN_CONSOLE_PACKAGE_RECOMMENDS "voipcallmon-probe, fonts-dejavu-core, libqt6svg6, libasound2-plugins")
set(CPACK_DEBIAN_CONSOLE_PACKAGE_SUGGESTS "qt6-wayland")

foreach(component probe console)
  install(FILES ${CMAKE_CURRENT_LIST_DIR}/copyright DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/voipcallmon-${component}
    COMPONENT ${component})
  install_configured(${component} ${CMAKE_CURRENT_LIST_DIR}/changelog
    ${CMAKE_INSTALL_DATADIR}/doc/voipcallmon-${component}/changelog.gz)
endforeach()
include(CPack)
