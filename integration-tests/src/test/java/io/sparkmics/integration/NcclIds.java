package io.sparkmics.integration;

import io.sparkmics.bootstrap.BarrierExchange;
import io.sparkmics.bootstrap.NativeLibraries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.bytedeco.cuda.global.nccl;
import org.bytedeco.cuda.nccl.ncclUniqueId;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction1;

/** Runs barrier stages in which the ranks agree on an id of NCCL, and writes down what each of them received. */
public final class NcclIds {

    private NcclIds() {}

    /** @param arguments the world size, and the files to write, one for each stage: a line {@code process id} a rank */
    public static void main(String[] arguments) throws IOException {
        int worldSize = Integer.parseInt(arguments[0]);
        try (JavaSparkContext spark = JavaSparkContext.fromSparkContext(
                SparkSession.builder().getOrCreate().sparkContext())) {
            for (String file : Arrays.asList(arguments).subList(1, arguments.length)) {
                Files.write(Path.of(file), List.of(stage(spark, worldSize)));
            }
        }
    }

    private static String[] stage(JavaSparkContext spark, int worldSize) {
        List<Integer> partitions = IntStream.range(0, worldSize).boxed().toList();
        return (String[]) spark.parallelize(partitions, worldSize)
                .rdd()
                .barrier()
                .mapPartitions(new Agreement(), false, ClassTag$.MODULE$.apply(String.class))
                .collect();
    }

    private static final class Agreement extends AbstractFunction1<Iterator<Integer>, Iterator<String>>
            implements java.io.Serializable {

        private static final long serialVersionUID = 1;

        @Override
        public Iterator<String> apply(Iterator<Integer> partition) {
            BarrierExchange exchange = new BarrierExchange(BarrierTaskContext.get(), Duration.ofMinutes(1));
            byte[] offer = exchange.partitionId() == 0 ? newId() : new byte[0];
            byte[] agreed = exchange.exchange(offer).get(0);
            String line =
                    ProcessHandle.current().pid() + " " + Base64.getEncoder().encodeToString(agreed);
            return CollectionConverters.asScala(Stream.of(line).iterator());
        }
    }

    private static byte[] newId() {
        NativeLibraries.loadNccl();
        try (ncclUniqueId id = new ncclUniqueId()) {
            int result = nccl.ncclGetUniqueId(id);
            if (result != nccl.ncclSuccess) {
                throw new IllegalStateException("Cannot make an id: NCCL answered " + result + ".");
            }
            byte[] bytes = new byte[id.sizeof()];
            id.asByteBuffer().get(bytes);
            return bytes;
        }
    }
}
