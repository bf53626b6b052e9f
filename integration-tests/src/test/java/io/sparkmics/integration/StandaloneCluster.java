package io.sparkmics.integration;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A standalone Master and its Workers, processes of their own on the loopback address. The Workers claim GPUs
 * that are not there: to Spark a GPU is what the discovery script prints.
 */
final class StandaloneCluster implements AutoCloseable {

    private static final String HOST = "127.0.0.1";
    private static final Duration DEADLINE = Duration.ofMinutes(1);

    private final Path folder;
    private final String master;
    private final List<Process> processes = new ArrayList<>();

    private StandaloneCluster(Path folder, int port) {
        this.folder = folder;
        this.master = "spark://" + HOST + ":" + port;
    }

    static StandaloneCluster start() throws IOException, InterruptedException {
        int port = freePort();
        StandaloneCluster cluster = new StandaloneCluster(SparkSubmit.home(), port);
        try {
            cluster.start(
                    "master",
                    Map.of(),
                    "I have been elected leader",
                    "org.apache.spark.deploy.master.Master",
                    "--host",
                    HOST,
                    "--port",
                    Integer.toString(port),
                    "--webui-port",
                    "0");
            return cluster;
        } catch (IOException | InterruptedException | Error e) {
            cluster.close();
            throw e;
        }
    }

    /**
     * Adds a Worker of four cores and two executors' memory.
     *
     * @param node the label of the node that its executors count for
     * @param gpus their addresses
     */
    void addWorker(String node, String... gpus) throws IOException, InterruptedException {
        String name = "worker-" + processes.size();
        Path script = Files.writeString(
                folder.resolve(name + ".sh"),
                "#!/bin/sh\necho '{\"name\": \"gpu\", \"addresses\": [\"" + String.join("\", \"", gpus) + "\"]}'\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        Path properties = Files.writeString(
                folder.resolve(name + ".conf"),
                "spark.worker.resource.gpu.amount " + gpus.length + "\nspark.worker.resource.gpu.discoveryScript "
                        + script + "\n");
        start(
                name,
                Map.of("SPARK_MICS_NODE", node),
                "Successfully registered with master",
                "org.apache.spark.deploy.worker.Worker",
                "--host",
                HOST,
                "--cores",
                "4",
                "--memory",
                "2g",
                "--webui-port",
                "0",
                "--work-dir",
                folder.resolve(name).toString(),
                "--properties-file",
                properties.toString(),
                master);
    }

    /**
     * Adds a Worker without GPUs.
     *
     * @return its process
     */
    long addWorker(int cores, int mebibytes) throws IOException, InterruptedException {
        String name = "worker-" + processes.size();
        start(
                name,
                Map.of(),
                "Successfully registered with master",
                "org.apache.spark.deploy.worker.Worker",
                "--host",
                HOST,
                "--cores",
                Integer.toString(cores),
                "--memory",
                mebibytes + "m",
                "--webui-port",
                "0",
                "--work-dir",
                folder.resolve(name).toString(),
                master);
        return processes.get(processes.size() - 1).pid();
    }

    /** A program on this cluster: executors of one core and so much memory each, on all cores that there are. */
    SparkSubmit submit(String executorMemory) {
        return SparkSubmit.to(master)
                .set("spark.driver.host", HOST)
                .set("spark.executor.cores", "1")
                .set("spark.executor.memory", executorMemory);
    }

    /** A program on this cluster: an executor for each Worker, with so many of its GPUs. */
    SparkSubmit submit(int gpusPerExecutor) {
        return SparkSubmit.to(master)
                .set("spark.driver.host", HOST)
                .set("spark.executor.memory", "1g")
                .set("spark.executor.resource.gpu.amount", Integer.toString(gpusPerExecutor));
    }

    private void start(String name, Map<String, String> environment, String sign, String... program)
            throws IOException, InterruptedException {
        Path log = folder.resolve(name + ".log");
        List<String> command = new ArrayList<>(SparkSubmit.java(folder, name, "-Xmx256m"));
        command.addAll(List.of(program));
        ProcessBuilder builder = ChildProcess.builder(command)
                .redirectOutput(folder.resolve(name + ".out").toFile());
        builder.environment()
                .putAll(Map.of("SPARK_HOME", folder.toString(), "SPARK_SCALA_VERSION", "2.13", "SPARK_LOCAL_IP", HOST));
        builder.environment().putAll(environment);
        Process process = builder.start();
        processes.add(process);
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (!Files.exists(log) || !Files.readString(log).contains(sign)) {
            if (!process.isAlive() || System.nanoTime() - deadline > 0) {
                throw new AssertionError(
                        "Cannot start the " + name + ": its log in " + folder + " does not say '" + sign + "'"
                                + (process.isAlive() ? " in " + DEADLINE.toSeconds() + " s." : ", and it has ended."));
            }
            Thread.sleep(100);
        }
    }

    /** Another may take it before the Master does; then the Master takes the next one, and no Worker finds it. */
    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() throws IOException {
        List<ProcessHandle> handles = processes.stream()
                .flatMap(process -> Stream.concat(process.descendants(), Stream.of(process.toHandle())))
                .toList();
        handles.forEach(ProcessHandle::destroyForcibly);
        for (Process process : processes) {
            try {
                process.waitFor(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        SparkSubmit.deleteJars(folder);
    }
}
