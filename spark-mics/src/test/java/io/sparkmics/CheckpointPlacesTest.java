package io.sparkmics;

import static io.sparkmics.SmallFit.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where checkpoints and the file that ends a run may be, said before hours of training. */
class CheckpointPlacesTest {

    @TempDir
    Path folder;

    private MicsEstimator estimator() {
        return SmallFit.estimator(folder, 4).setCheckpointInterval(2);
    }

    @Test
    void aDirectoryThatCannotBeWrittenIsRefused() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));

        assertThatThrownBy(() -> estimator()
                        .setCheckpointDirectory(file.resolve("checkpoints").toString())
                        .fit(texts()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Cannot write checkpoints to file:" + file.toRealPath() + "/checkpoints: ")
                .hasMessageEndingWith(". Set checkpointDirectory to a path that driver and executors can write.");
    }

    @Test
    void aPathWithAPasswordIsRefusedAndNotRepeated() {
        String secret = "ftp://me:secret@host/path";
        assertThatThrownBy(() -> estimator()
                        .setCheckpointDirectory(secret)
                        .setStopWhen(secret)
                        .fit(texts()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("it has a password in it")
                .message()
                .contains("Cannot look for the file that ends the run: ")
                .doesNotContain("secret");
        assertThatThrownBy(() ->
                        SmallFit.estimator(folder, 4).setResumeFrom(secret).fit(texts()))
                .hasMessageContaining("it has a password in it")
                .message()
                .doesNotContain("secret");
        for (String option : new String[] {"--checkpoint-directory=", "--resume-from=", "--stop-when="}) {
            StringWriter err = new StringWriter();
            int code = Train.run(
                    new PrintWriter(new StringWriter()),
                    new PrintWriter(err, true),
                    "--input=in",
                    "--output=" + folder.resolve("out"),
                    option + secret);
            assertThat(code).isEqualTo(1);
            assertThat(err.toString()).contains("it has a password in it").doesNotContain("secret");
        }
    }
}
