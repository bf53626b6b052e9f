package io.sparkmics.job.settings;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExportSettingsTest {

    @ParameterizedTest
    @CsvSource({
        "5GB, 5000000000",
        "1KB, 1000",
        "500 MB, 500000000",
        "2GiB, 2147483648",
        "3kib, 3072",
        "999999TiB, 1099510528264372224"
    })
    void aSizeIsInBytes(String size, long bytes) {
        assertThat(ExportSettings.isSize(size)).isTrue();
        assertThat(new ExportSettings(size).maxShardBytes()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "5G", "0GB", "-1GB", "1.5GB", "1000000TB", "GB", "5GBs"})
    void whatIsNoSizeIsNone(String text) {
        assertThat(ExportSettings.isSize(text)).isFalse();
    }
}
