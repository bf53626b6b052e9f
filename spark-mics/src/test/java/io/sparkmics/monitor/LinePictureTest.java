package io.sparkmics.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinePictureTest {

    @Test
    void linesBecomeAPictureOfTheUsualSize(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("new").resolve("lines.png");
        List<LinePicture.Line> lines = List.of(
                new LinePicture.Line("one", List.of(2.0, 4.0, 8.0), List.of(0.3, 0.9, 1.7), false),
                new LinePicture.Line("another", List.of(4.0), List.of(3.0), true));

        assertThat(LinePicture.draw("title", "hosts", "seconds", lines, file))
                .isEqualTo("The picture is in " + file + ".");
        assertThat(ImageIO.read(file.toFile()).getWidth()).isEqualTo(2 * Png.WIDTH);
    }

    @Test
    void aLineNeedsAValueForEachPlace() {
        assertThatThrownBy(() -> new LinePicture.Line("one", List.of(2.0, 4.0), List.of(1.0), false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot draw the line one: 2 places and 1 values. Give as many of both, and at least one.");
    }

    @Test
    void onlyPowersOfTwoHaveLabels() {
        assertThat(Doublings.label(Doublings.of(1024))).isEqualTo("1,024");
        assertThat(Doublings.label(0.1 + 0.2 + 0.7)).isEqualTo("2");
        assertThat(Doublings.label(-2)).isEqualTo("0.25");
        assertThat(Doublings.label(1.5)).isBlank();
    }
}
