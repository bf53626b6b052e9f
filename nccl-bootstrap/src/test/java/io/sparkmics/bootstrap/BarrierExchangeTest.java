package io.sparkmics.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.gloo.GlooTransport;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction1;

class BarrierExchangeTest {

    @Test
    void tasksOfABarrierStageMeetThroughSpark() {
        SparkConf conf =
                new SparkConf().setMaster("local[3]").setAppName("exchange").set("spark.ui.enabled", "false");
        try (JavaSparkContext spark = new JavaSparkContext(conf)) {
            List<Integer> numbers = IntStream.range(0, 3).boxed().toList();
            Object results = spark.parallelize(numbers, 3)
                    .rdd()
                    .barrier()
                    .mapPartitions(new Meeting(), false, ClassTag$.MODULE$.apply(String.class))
                    .collect();
            assertThat((String[]) results)
                    .containsExactly("rank 0 of 3, sum 6.0", "rank 1 of 3, sum 6.0", "rank 2 of 3, sum 6.0");
        }
    }

    /** What each task does. */
    private static final class Meeting extends AbstractFunction1<Iterator<Integer>, Iterator<String>>
            implements Serializable {

        private static final long serialVersionUID = 1L;

        @Override
        public Iterator<String> apply(Iterator<Integer> rows) {
            Threads.hold(1);
            BarrierExchange exchange = new BarrierExchange(BarrierTaskContext.get(), Duration.ofMinutes(1));
            try (RankContext rank = Bootstrap.join(
                            exchange,
                            exchange.place(),
                            GlooTransport.onHost(),
                            new byte[0],
                            CommunicationSettings.of(3));
                    Tensor tensor = torch.tensor(rank.rank() + 1.0)) {
                rank.communicator(GroupKind.PARTITION).allReduce(tensor).await();
                String result = "rank " + rank.rank() + " of " + rank.worldSize() + ", sum " + tensor.item_double();
                return CollectionConverters.asScala(Stream.of(result).iterator());
            }
        }
    }
}
