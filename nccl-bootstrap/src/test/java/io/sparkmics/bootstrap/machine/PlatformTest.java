package io.sparkmics.bootstrap.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class PlatformTest {

    @Test
    void thisMachineIsKnown() {
        assertThat(Platform.problem()).isEmpty();
        assertThat(Platform.libc().orElseThrow()).matches("glibc 2\\.\\d+");
    }

    @Test
    void onlyLinuxOnX86IsSupported() {
        assertThat(Platform.problem("Mac OS X", "aarch64", Optional.empty()))
                .hasValue(
                        "Cannot run the native libraries on Mac OS X aarch64: they are built for Linux on x86-64 only."
                                + " Use such hosts for the driver and the executors.");
        assertThat(Platform.problem("Linux", "aarch64", Optional.of("glibc 2.40")))
                .isPresent();
        assertThat(Platform.problem("Linux", "amd64", Optional.of("glibc 2.40")))
                .isEmpty();
    }

    @Test
    void anOldCLibraryIsNamed() {
        assertThat(Platform.problem("Linux", "amd64", Optional.of("glibc 2.34")).orElseThrow())
                .startsWith("Cannot run the native libraries with glibc 2.34: they need glibc 2.35 or newer. Use ");
        assertThat(Platform.problem("Linux", "amd64", Optional.of("musl")).orElseThrow())
                .contains("with musl");
        assertThat(Platform.problem("Linux", "amd64", Optional.of("glibc 2.35")))
                .isEmpty();
        assertThat(Platform.problem("Linux", "amd64", Optional.of("glibc 3.0"))).isEmpty();
    }

    @Test
    void aCLibraryThatIsNotKnownIsTriedOut() {
        assertThat(Platform.problem("Linux", "amd64", Optional.empty())).isEmpty();
    }
}
