package io.sparkmics.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Font;
import java.awt.font.FontRenderContext;
import java.awt.image.BufferedImage;
import java.io.File;
import java.nio.file.Files;
import java.text.NumberFormat;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LossPictureTest {

    private static final String MODEL = "Gpt of 1,323,520 parameters";
    private static final String UNIT = "nats per token";

    @TempDir
    File folder;

    @Test
    void aRunGetsAPictureWithALineForEverySeries() throws Exception {
        LossPicture picture = draw(Curves.ofAGpt(200));

        File file = new File(folder, "loss.png");
        assertThat(picture.file()).contains(new Path(folder.toString(), "loss.png"));
        assertThat(picture.message()).isEqualTo("The loss curve is in " + folder + "/loss.png.");
        Set<Integer> colors = colors(ImageIO.read(file));
        assertThat(colors).contains(0xB9CFEA, 0x1F5FAE, 0xE06C1B);
        assertThat(folder.list()).containsExactly("loss.png");
    }

    @Test
    void aMachineWithoutFontsDrawsTheSamePicture() throws Exception {
        draw(Curves.ofAGpt(200));
        File bare = new File(folder, "bare");
        File noFonts = new File(folder, "fonts.conf");
        Files.writeString(noFonts.toPath(), "<?xml version=\"1.0\"?><fontconfig></fontconfig>");
        ProcessBuilder java = new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java",
                "-Djava.awt.headless=true",
                // Java remembers the fonts that it has found here.
                "-Duser.home=" + folder,
                "-cp",
                System.getProperty("java.class.path"),
                LossPictureTest.class.getName(),
                bare.toString());
        java.environment().put("FONTCONFIG_FILE", noFonts.toString());
        Process process = java.inheritIO().start();

        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(new File(bare, "loss.png")).hasSameBinaryContentAs(new File(folder, "loss.png"));
    }

    /** Refuses to draw where there are fonts: the machine that the test means has none. */
    public static void main(String[] args) {
        try {
            new Font(Font.SANS_SERIF, Font.PLAIN, 12).getStringBounds("x", new FontRenderContext(null, true, true));
            System.exit(2);
        } catch (InternalError | RuntimeException expected) {
            LossPicture picture =
                    LossPicture.draw(MODEL, UNIT, Curves.ofAGpt(200), new Path(args[0]), new Configuration());
            System.exit(picture.file().isPresent() ? 0 : 1);
        }
    }

    @Test
    void theDigitsAreLatinInEveryLocale() {
        draw(Curves.ofAGpt(2000));
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
        try {
            assertThat(NumberFormat.getInstance().format(12)).isEqualTo("\u0661\u0662");
            LossPicture.draw(MODEL, UNIT, Curves.ofAGpt(2000), new Path(folder + "/arabic"), new Configuration());
        } finally {
            Locale.setDefault(before);
        }

        assertThat(new File(folder, "arabic/loss.png")).hasSameBinaryContentAs(new File(folder, "loss.png"));
    }

    @Test
    void onlyWholeStepsHaveALabel() {
        assertThat(LossChart.wholeStep(1200)).isEqualTo("1,200");
        assertThat(LossChart.wholeStep(2.5)).isBlank();
    }

    @Test
    void aRunOfOneStepHasAPictureToo() {
        assertThat(draw(List.of(step(1, 5.5))).file()).isPresent();
    }

    @Test
    void aLossThatIsNotANumberIsLeftOut() {
        assertThat(draw(List.of(step(1, 5.5), step(2, Double.NaN), step(3, 4.0)))
                        .file())
                .isPresent();
    }

    @Test
    void theAxisSaysWhatTheLossIs() throws Exception {
        assertThat(LossChart.of(MODEL, "mean loss of a row", Curves.ofAGpt(20), 400, 300, PictureFont.load())
                        .getYAxisTitle())
                .isEqualTo("mean loss of a row");
    }

    @Test
    void aRunWithoutANumberHasNoPictureAndSaysWhy() {
        LossPicture picture = draw(List.of(step(1, Double.NaN)));

        assertThat(picture.file()).isEmpty();
        assertThat(picture.message()).isEqualTo("There is no loss curve: no step has a loss that is a number.");
        assertThat(folder.list()).isEmpty();
    }

    @Test
    void aFolderThatCannotBeWrittenDoesNotFailTheRun() {
        LossPicture picture = LossPicture.draw(
                MODEL, UNIT, Curves.ofAGpt(20), new Path("/proc/nothing-can-be-made-here"), new Configuration());

        assertThat(picture.file()).isEmpty();
        assertThat(picture.message()).startsWith("There is no loss curve: ");
    }

    @Test
    void smoothingKeepsAStraightLineStraight() {
        double[] line = LongStream.range(0, 101).mapToDouble(i -> 10 - 0.05 * i).toArray();

        assertThat(LossChart.smooth(line)).containsExactly(line, org.assertj.core.data.Offset.offset(1e-9));
    }

    private LossPicture draw(List<StepMetrics> steps) {
        return LossPicture.draw(MODEL, UNIT, steps, new Path(folder.toString()), new Configuration());
    }

    private static StepMetrics step(long step, double loss) {
        return new StepMetrics(step, 10, loss, 1e-3, 1, 1, step, null, step);
    }

    private static Set<Integer> colors(BufferedImage image) {
        Set<Integer> colors = new HashSet<>();
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                colors.add(image.getRGB(x, y) & 0xFFFFFF);
            }
        }
        return colors;
    }
}
