package io.sparkmics.integration;

import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.meeting.BarrierExchange;
import io.sparkmics.bootstrap.nccl.NcclTransport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction1;

/** Runs barrier stages in which ranks exchange their offers of NCCL, and writes down what each of them received. */
public final class NcclIds {

    private NcclIds() {}

    /**
     * @param arguments the world size, and the files to write, one for each stage: a line a rank, with its process and all
     *     offers in base64
     */
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
                .mapPartitions(new Meeting(), false, ClassTag$.MODULE$.apply(String.class))
                .collect();
    }

    private static final class Meeting extends AbstractFunction1<Iterator<Integer>, Iterator<String>>
            implements java.io.Serializable {

        private static final long serialVersionUID = 1;

        @Override
        public Iterator<String> apply(Iterator<Integer> partition) {
            BarrierExchange exchange = new BarrierExchange(BarrierTaskContext.get(), Duration.ofMinutes(2));
            // The GPU of this number is first touched when ranks connect, which is where this ends.
            NcclTransport transport = NcclTransport.on(exchange.partitionId());
            byte[] offer =
                    transport.offer(exchange.place(), exchange.size(), CommunicationSettings.of(exchange.size()));
            String line = exchange.exchange(offer).stream()
                    .map(Base64.getEncoder()::encodeToString)
                    .collect(Collectors.joining(" ", ProcessHandle.current().pid() + " ", ""));
            return CollectionConverters.asScala(Stream.of(line).iterator());
        }
    }
}
