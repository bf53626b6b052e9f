package io.sparkmics.integration;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sparkmics.integration.ChildProcess.Outcome;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A Python that has imported Hugging Face's libraries, and forks for each script; it ends with this JVM. */
final class ForkServer {

    private static final Path SCRIPT = PythonScript.SCRIPTS.resolve("fork_server.py");

    /** Whatever the locale of either, both read ASCII. */
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private static final Map<Path, ForkServer> SERVERS = new ConcurrentHashMap<>();

    private final Process process;
    private final BufferedReader statuses;

    private ForkServer(Path python) {
        ProcessBuilder builder = ChildProcess.builder(List.of(python.toString(), SCRIPT.toString()))
                .redirectErrorStream(false)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment()
                .putAll(Map.of(
                        "HF_HUB_OFFLINE",
                        "1",
                        "TRANSFORMERS_VERBOSITY",
                        "error",
                        "JAVA_HOME",
                        System.getProperty("java.home")));
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        statuses = process.inputReader();
    }

    /** The one of this JVM: there again where the last one has ended. */
    static ForkServer of(Path python) {
        return SERVERS.compute(
                python, (key, server) -> server != null && server.process.isAlive() ? server : new ForkServer(python));
    }

    /** Runs a script to its end, or to the deadline: then it is killed, and the server with it. */
    synchronized Outcome run(String script, List<String> arguments, Duration deadline)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile("output", ".txt");
        try {
            String order = JSON.writeValueAsString(
                    Map.of("script", script, "arguments", arguments, "output", output.toString()));
            process.outputWriter().write(order + "\n");
            process.outputWriter().flush();
            return new Outcome(status(script, output, deadline), Files.readString(output));
        } finally {
            Files.delete(output);
        }
    }

    private int status(String script, Path output, Duration deadline) throws IOException, InterruptedException {
        try {
            String status = CompletableFuture.supplyAsync(this::line).get(deadline.toSeconds(), TimeUnit.SECONDS);
            if (status != null) {
                return Integer.parseInt(status);
            }
            throw new AssertionError("Cannot run " + script + ": the Python that has the libraries ended with "
                    + process.waitFor() + ". Look for what it said in the output of this build.");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (TimeoutException e) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            throw new AssertionError("Cannot wait longer for " + script + ": it did not end in " + deadline.toSeconds()
                    + " s. Its output:\n" + Files.readString(output));
        }
    }

    private String line() {
        try {
            return statuses.readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
