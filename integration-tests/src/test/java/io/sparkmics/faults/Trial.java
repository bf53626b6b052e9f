package io.sparkmics.faults;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparkmics.MicsEstimator;
import io.sparkmics.MicsModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One training to which faults are done, and all that can be seen of it. */
final class Trial {

    private static final Duration GIVE_UP = Duration.ofSeconds(45);

    private final Cluster cluster;
    private final String name;
    private final MicsEstimator estimator;
    private final List<StageFault> stageFaults = new ArrayList<>();
    private final List<StorageFault> storageFaults = new ArrayList<>();
    private String checkpoints;
    private Duration deadline = Duration.ofMinutes(3);
    private Runnable meanwhile = () -> {};
    private Runnable afterwards = () -> {};
    private int slotsAfter = Cluster.RANKS;

    private Trial(Cluster cluster, String name) {
        this.cluster = cluster;
        this.name = name;
        this.estimator = cluster.estimator();
        checkpoints(name);
    }

    /** Its checkpoints go to a directory of its name. */
    static Trial of(Cluster cluster, String name) {
        return new Trial(cluster, name);
    }

    MicsEstimator estimator() {
        return estimator;
    }

    Trial set(String param, Object value) {
        estimator.set(estimator.getParam(param), value);
        return this;
    }

    Trial with(StageFault... faults) {
        stageFaults.addAll(List.of(faults));
        return this;
    }

    /** Each of its first checkpoints is committed before the training goes on: so it has all of them. */
    Trial unhurried() {
        for (int step = Cluster.INTERVAL; step < Cluster.STEPS; step += Cluster.INTERVAL) {
            with(StageFault.of(StageFault.Action.WAIT, 0, step + 1).after(step));
        }
        return this;
    }

    Trial with(StorageFault... faults) {
        storageFaults.addAll(List.of(faults));
        return this;
    }

    /** Its checkpoints go to, and come from, the directory of this name. */
    Trial checkpoints(String directory) {
        checkpoints = directory;
        return set("checkpointDirectory", cluster.storage("checkpoints/" + directory));
    }

    /** A trial that takes longer hangs. */
    Trial within(Duration longest) {
        deadline = longest;
        return this;
    }

    /** Runs on a thread of its own while the training does. */
    Trial meanwhile(Runnable todo) {
        meanwhile = todo;
        return this;
    }

    /** Runs when the training has ended, before the cluster is waited for. */
    Trial afterwards(Runnable todo) {
        afterwards = todo;
        return this;
    }

    /** How many slots the cluster comes back to; 4 where nothing is said. */
    Trial slotsAfter(int slots) {
        slotsAfter = slots;
        return this;
    }

    /** What was seen; a trial ends when the cluster is as it was before. */
    Map<String, Object> run() {
        cluster.faults().clear();
        cluster.faults().checkpoints(directory());
        cluster.faults().order(StageFault.class, stageFaults);
        cluster.faults().order(StorageFault.class, storageFaults);
        cluster.observer().clear();
        Map<String, Object> seen = new LinkedHashMap<>();
        seen.put("name", name);
        long begin = System.currentTimeMillis();
        Thread beside = new Thread(meanwhile, "meanwhile");
        beside.setDaemon(true);
        beside.start();
        MicsModel model = fit(seen);
        seen.put("seconds", (System.currentTimeMillis() - begin) / 1e3);
        Cluster.sleep(300);
        seen.put("runningTasks", cluster.runningTasks());
        report(seen, begin);
        // What comes now is not the trial's.
        cluster.faults().order(StorageFault.class, List.of());
        afterwards.run();
        beside.interrupt();
        if (model != null) {
            result(seen, model);
        }
        cleanUp();
        return seen;
    }

    private Path directory() {
        return cluster.path("checkpoints").resolve(checkpoints);
    }

    private MicsModel fit(Map<String, Object> seen) {
        FutureTask<MicsModel> task = new FutureTask<>(() -> {
            cluster.spark().sparkContext().setJobGroup(name, name, true);
            return estimator.fit(cluster.frame());
        });
        Thread thread = new Thread(task, "fit");
        thread.start();
        try {
            MicsModel model = task.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
            seen.put("outcome", "trained");
            return model;
        } catch (ExecutionException e) {
            seen.put("outcome", "failed");
            seen.put("message", String.valueOf(e.getCause().getMessage()));
            seen.put("error", e.getCause().getClass().getName());
            seen.put("causes", causes(e.getCause()));
            return null;
        } catch (TimeoutException e) {
            seen.put("outcome", "hung");
            thread.interrupt();
            join(thread);
            seen.put("interruptible", !thread.isAlive());
            return null;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join(GIVE_UP.toMillis());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> causes(Throwable failure) {
        List<String> causes = new ArrayList<>();
        for (Throwable cause = failure.getCause(); cause != null && causes.size() < 10; cause = cause.getCause()) {
            String text = cause.toString();
            causes.add(text.substring(0, Math.min(400, text.length())));
        }
        return causes;
    }

    private void report(Map<String, Object> seen, long begin) {
        Observer observer = cluster.observer();
        seen.put("attempts", observer.attempts());
        seen.put("executorsRemoved", observer.executorsRemoved());
        Passes passes = Passes.of(cluster.faults());
        passes.describe(seen, observer.ends());
        List<JsonNode> done = cluster.faults().told(FaultStage.DONE);
        seen.put("faultAfter", done.isEmpty() ? -1 : (done.get(0).get("time").asLong() - begin) / 1e3);
        seen.put("faults", done.size());
        seen.put("faultsDone", done.stream().map(JsonNode::toString).limit(20).toList());
        seen.put(
                "operations", cluster.faults().told(FaultyFileSystem.OPERATIONS).size());
        List<Path> committed = Digests.committed(directory());
        seen.put(
                "committed",
                committed.stream().map(path -> path.getFileName().toString()).toList());
        seen.put("shards", committed.isEmpty() ? List.of() : Digests.ofShards(committed.get(committed.size() - 1)));
        seen.put(
                "torn",
                Digests.list(directory()).stream()
                        .filter(path -> !committed.contains(path))
                        .map(path -> path.getFileName().toString())
                        .toList());
    }

    private void result(Map<String, Object> seen, MicsModel model) {
        Path saved = cluster.path("models").resolve(name);
        try {
            model.write().overwrite().save(saved.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        seen.put("weights", Digests.of(saved.resolve("huggingface/model.safetensors")));
        Path report = cluster.path("reports").resolve(name);
        model.writeReport(report.toString());
        Path metrics = report.resolve("metrics.jsonl");
        seen.put("steps", Metrics.steps(metrics));
        seen.put("losses", Metrics.losses(metrics));
        seen.put("skippedSteps", model.summary().skippedSteps());
    }

    /** What is frozen, or never ends, goes; then the cluster is waited for. */
    private void cleanUp() {
        TreeSet<Long> faulty = new TreeSet<>();
        cluster.faults()
                .told(FaultStage.DONE)
                .forEach(fault -> faulty.add(fault.get("process").asLong()));
        faulty.remove(ProcessHandle.current().pid());
        boolean frozen = stageFaults.stream()
                .anyMatch(fault -> fault.action() == StageFault.Action.SIGNAL && fault.process() == 0);
        if (frozen || cluster.runningTasks() > 0) {
            faulty.forEach(process -> Processes.signal("KILL", process));
            // Until Spark has noticed, its slots count.
            Cluster.sleep(1000);
        }
        cluster.awaitSlots(slotsAfter);
    }
}
