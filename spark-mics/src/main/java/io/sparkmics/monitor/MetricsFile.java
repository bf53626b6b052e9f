package io.sparkmics.monitor;

import io.sparkmics.bootstrap.deadline.Sentence;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** The steps of a run that a checkpoint keeps: a line of JSON each, from the first one on. */
public final class MetricsFile {

    /** No line of ours is longer; what is, is not read on. */
    private static final int LONGEST_LINE = 4096;

    private MetricsFile() {}

    /** The file has other lines than were written. */
    public static final class WrongLinesException extends IOException {

        private static final long serialVersionUID = 1L;

        WrongLinesException(String message) {
            super(message);
        }

        WrongLinesException(IllegalArgumentException cause) {
            super(cause.getMessage(), cause);
        }
    }

    /** Over what is there. */
    public static void write(Path file, List<StepMetrics> steps, Configuration hadoop) throws IOException {
        try (OutputStream out = file.getFileSystem(hadoop).create(file, true)) {
            for (StepMetrics step : steps) {
                out.write((step.toJson() + "\n").getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    /**
     * The steps from 1 to the last one, each once and in order.
     *
     * @param last how many there must be
     * @throws UncheckedIOException when the file cannot be read, or has others: of a {@link WrongLinesException}
     */
    public static List<StepMetrics> read(Path file, long last, Configuration hadoop) {
        List<StepMetrics> steps = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(file.getFileSystem(hadoop).open(file), StandardCharsets.UTF_8))) {
            for (String line = readLine(lines); line != null; line = readLine(lines)) {
                StepMetrics step = StepMetrics.fromJson(line);
                if (step.step() != steps.size() + 1 || step.step() > last) {
                    throw new WrongLinesException("step " + step.step() + " follows on step " + steps.size());
                }
                steps.add(step);
            }
            if (steps.size() != last) {
                throw new WrongLinesException("it ends with step " + steps.size());
            }
            return steps;
        } catch (IOException | IllegalArgumentException e) {
            throw new UncheckedIOException(
                    "Cannot read the steps until " + last + " from " + file + ": " + Sentence.end(e.getMessage())
                            + " Use another checkpoint.",
                    e instanceof IllegalArgumentException line ? new WrongLinesException(line) : (IOException) e);
        }
    }

    private static String readLine(BufferedReader lines) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = lines.read(); next >= 0; next = lines.read()) {
            if (next == '\n') {
                return line.toString();
            }
            if (line.length() == LONGEST_LINE) {
                throw new WrongLinesException("a line has more than " + LONGEST_LINE + " characters");
            }
            line.append((char) next);
        }
        if (line.length() > 0) {
            throw new WrongLinesException("its last line is cut short");
        }
        return null;
    }
}
