package io.sparkmics.scoring;

import io.sparkmics.checkpoint.WeightsVersion;
import io.sparkmics.model.ModelConfig;
import io.sparkmics.model.WholeModel;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * The models that a JVM holds whole: each once, shared by its task threads. A model that nobody uses stays, for the next
 * task most likely wants it, until another one needs the room.
 */
final class ModelCache {

    static final ModelCache OF_THIS_PROCESS = new ModelCache(ModelSource::load);

    /** One task's claim. */
    final class Lease implements AutoCloseable {

        private final Entry entry;
        private boolean closed;

        private Lease(Entry entry) {
            this.entry = entry;
        }

        WholeModel model() {
            return entry.model;
        }

        @Override
        public void close() {
            synchronized (ModelCache.this) {
                entry.users -= closed ? 0 : 1;
                closed = true;
            }
        }
    }

    /** Read with another number of heads, the same weights are another model. */
    private record Key(ModelConfig config, WeightsVersion version) {}

    private static final class Entry {
        private final WholeModel model;
        private int users;

        Entry(WholeModel model) {
            this.model = model;
        }
    }

    private final Function<ModelSource, WholeModel> loader;
    private final Map<Key, Entry> entries = new HashMap<>();

    ModelCache(Function<ModelSource, WholeModel> loader) {
        this.loader = loader;
    }

    /** Waits while another task loads. */
    synchronized Lease acquire(ModelSource source) {
        Key key = new Key(source.config(), source.version());
        Entry entry = entries.get(key);
        if (entry == null) {
            closeUnused();
            entry = new Entry(loader.apply(source));
            entries.put(key, entry);
        }
        entry.users++;
        return new Lease(entry);
    }

    private void closeUnused() {
        entries.values().removeIf(entry -> {
            if (entry.users == 0) {
                entry.model.close();
            }
            return entry.users == 0;
        });
    }
}
