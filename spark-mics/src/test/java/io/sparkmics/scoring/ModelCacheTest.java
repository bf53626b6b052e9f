package io.sparkmics.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.bootstrap.machine.NativeLibraries;
import io.sparkmics.checkpoint.WeightsVersion;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import io.sparkmics.model.Parameter;
import io.sparkmics.model.WholeModel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.util.SerializableConfiguration;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ModelCacheTest {

    private static final GptConfig CONFIG =
            Gpt.config().layers(1).heads(1).width(4).context(4);

    private final ConcurrentLinkedQueue<String> loaded = new ConcurrentLinkedQueue<>();
    private final Map<String, List<Tensor>> weights = new HashMap<>();
    private final ModelCache cache = new ModelCache(this::load);

    @BeforeAll
    static void loadNatives() {
        NativeLibraries.load();
    }

    @Test
    void tasksThatWantTheSameModelShareOne() throws Exception {
        ExecutorService tasks = Executors.newFixedThreadPool(8);
        try {
            Callable<WholeModel> task = () -> {
                try (ModelCache.Lease lease = cache.acquire(source("a", 1))) {
                    lease.model().losses(new int[][] {{1, 2, 3}});
                    return lease.model();
                }
            };
            List<Future<WholeModel>> models = tasks.invokeAll(Collections.nCopies(32, task));

            assertThat(loaded).containsExactly("a");
            for (Future<WholeModel> model : models) {
                assertThat(model.get()).isSameAs(models.get(0).get());
            }
        } finally {
            tasks.shutdown();
        }
    }

    @Test
    void aModelThatNobodyUsesMakesRoomForAnother() {
        cache.acquire(source("a", 1)).close();
        assertThat(weights.get("a")).noneMatch(tensor -> tensor.isNull());

        cache.acquire(source("b", 1));

        assertThat(weights.get("a")).allMatch(tensor -> tensor.isNull());
        assertThat(weights.get("b")).noneMatch(tensor -> tensor.isNull());
    }

    @Test
    void aModelInUseStays() {
        try (ModelCache.Lease first = cache.acquire(source("a", 1));
                ModelCache.Lease second = cache.acquire(source("b", 1))) {
            assertThat(first.model().losses(new int[][] {{1, 2, 3}})).hasSize(1);
            assertThat(second.model().losses(new int[][] {{1, 2, 3}})).hasSize(1);
        }
    }

    @Test
    void aFileThatWasWrittenOverIsAnotherModel() {
        cache.acquire(source("a", 1)).close();
        cache.acquire(source("a", 2)).close();

        assertThat(loaded).containsExactly("a", "a");
    }

    @Test
    void theSameFileReadWithAnotherConfigurationIsAnotherModel() {
        try (ModelCache.Lease first = cache.acquire(source("a", 1));
                ModelCache.Lease second = cache.acquire(source(CONFIG.heads(2), "a", 1))) {
            assertThat(second.model()).isNotSameAs(first.model());
        }
    }

    @Test
    void aLeaseThatIsClosedTwiceGivesBackOneClaim() {
        ModelCache.Lease twice = cache.acquire(source("a", 1));
        try (ModelCache.Lease other = cache.acquire(source("a", 1))) {
            twice.close();
            twice.close();
            cache.acquire(source("b", 1)).close();

            assertThat(other.model().losses(new int[][] {{1, 2, 3}})).hasSize(1);
        }
    }

    @Test
    void aLoadThatFailsIsTriedAgain() {
        ModelCache failing = new ModelCache(source -> {
            if (loaded.isEmpty()) {
                loaded.add("failed");
                throw new IllegalStateException("no memory");
            }
            return load(source);
        });

        assertThatThrownBy(() -> failing.acquire(source("a", 1))).hasMessage("no memory");
        failing.acquire(source("a", 1)).close();

        assertThat(loaded).containsExactly("failed", "a");
    }

    private WholeModel load(ModelSource source) {
        loaded.add(source.version().folder());
        Map<String, Tensor> tensors = new HashMap<>();
        CONFIG.build().units().stream()
                .flatMap(unit -> unit.parameters().stream())
                .forEach(parameter -> tensors.put(parameter.name(), ones(parameter)));
        weights.put(source.version().folder(), new ArrayList<>(tensors.values()));
        return WholeModel.of(CONFIG.build(), tensors);
    }

    private static Tensor ones(Parameter parameter) {
        return torch.ones(parameter.shape().stream().mapToLong(Long::longValue).toArray());
    }

    private static ModelSource source(String folder, long modified) {
        return source(CONFIG, folder, modified);
    }

    private static ModelSource source(GptConfig config, String folder, long modified) {
        return new ModelSource(
                config,
                new WeightsVersion(folder, 1, modified, ""),
                null,
                new SerializableConfiguration(new Configuration(false)));
    }
}
