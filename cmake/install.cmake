# SPDX-FileCopyrightText: 2026 The Lacuna authors
# SPDX-License-Identifier: Apache-2.0

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)
set(package_dir ${CMAKE_INSTALL_DATADIR}/cmake/lacuna)

install(TARGETS lacuna EXPORT lacunaTargets FILE_SET HEADERS)
install(EXPORT lacunaTargets NAMESPACE lacuna:: DESTINATION ${package_dir})
if(TARGET lacuna_io)
  install(TARGETS lacuna_io EXPORT lacunaIoTargets FILE_SET HEADERS)
  install(EXPORT lacunaIoTargets NAMESPACE lacuna:: DESTINATION ${package_dir})
endif()

configure_package_config_file(cmake/lacunaConfig.cmake.in lacunaConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
# Before 1.0 a minor version may break sources.
write_basic_package_version_file(lacunaConfigVersion.cmake COMPATIBILITY SameMinorVersion
                                 ARCH_INDEPENDENT)
configure_file(cmake/lacuna.pc.in lacuna.pc @ONLY)
configure_file(cmake/lacuna-io.pc.in lacuna-io.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/lacunaConfig.cmake
              ${PROJECT_BINARY_DIR}/lacunaConfigVersion.cmake
              ${PROJECT_SOURCE_DIR}/cmake/lacunaDependencies.cmake
              ${PROJECT_SOURCE_DIR}/cmake/lacunaDispatch.cmake
              ${PROJECT_SOURCE_DIR}/cmake/lacunaIsolateUnit.cmake
        DESTINATION ${package_dir})
install(FILES ${PROJECT_BINARY_DIR}/lacuna.pc $<$<TARGET_EXISTS:lacuna_io>:${PROJECT_BINARY_DIR}/lacuna-io.pc>
        DESTINATION ${CMAKE_INSTALL_DATADIR}/pkgconfig)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
