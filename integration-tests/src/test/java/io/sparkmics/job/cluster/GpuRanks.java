package io.sparkmics.job.cluster;

import io.sparkmics.bootstrap.Bootstrap;
import io.sparkmics.bootstrap.RankContext;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.gloo.GlooTransport;
import io.sparkmics.bootstrap.groups.GroupKind;
import io.sparkmics.bootstrap.machine.Threads;
import io.sparkmics.bootstrap.meeting.BarrierExchange;
import java.io.Serializable;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction1;

/**
 * Ranks that have a GPU each as far as Spark goes, as those of a training get it, and meet over Gloo: what can be seen of GPUs
 * where none are.
 */
public final class GpuRanks {

    private GpuRanks() {}

    /** @param arguments the number of ranks, and the size of their partition groups */
    public static void main(String[] arguments) {
        int numWorkers = Integer.parseInt(arguments[0]);
        int partitionGroupSize = Integer.parseInt(arguments[1]);
        try (JavaSparkContext spark = new JavaSparkContext(new SparkConf().setAppName("GpuRanks"))) {
            DeviceChoice device = DeviceChoice.of("cuda", spark.getConf(), true);
            System.out.println(device);
            Slots.await(spark.sc(), device.profile(spark.sc()), numWorkers, Duration.ofMinutes(1), System.out::println);
            System.out.println("slots: " + spark.sc().maxNumConcurrentTasks(device.profile(spark.sc())) + ", profile "
                    + device.profile(spark.sc()).id());
            Object lines = spark.parallelize(Collections.nCopies(numWorkers, 0), numWorkers)
                    .rdd()
                    .barrier()
                    .mapPartitions(new Meeting(partitionGroupSize), false, ClassTag$.MODULE$.apply(String.class))
                    .withResources(device.profile(spark.sc()))
                    .collect();
            Stream.of((String[]) lines).forEach(System.out::println);
        }
    }

    private static final class Meeting extends AbstractFunction1<Iterator<Integer>, Iterator<String>>
            implements Serializable {

        private static final long serialVersionUID = 1L;

        private final int partitionGroupSize;

        private Meeting(int partitionGroupSize) {
            this.partitionGroupSize = partitionGroupSize;
        }

        @Override
        public Iterator<String> apply(Iterator<Integer> rows) {
            Threads.hold(1);
            BarrierExchange exchange = new BarrierExchange(BarrierTaskContext.get(), Duration.ofMinutes(1));
            try (RankContext ranks = Bootstrap.join(
                            exchange,
                            exchange.place(exchange.gpu()),
                            GlooTransport.onHost(),
                            new byte[0],
                            CommunicationSettings.of(partitionGroupSize));
                    Tensor tensor = torch.tensor(ranks.rank() + 1.0)) {
                ranks.communicator(GroupKind.PARTITION).allReduce(tensor).await();
                String line = "rank " + ranks.rank() + ": " + ranks.layout().place(ranks.rank()) + ", sum "
                        + tensor.item_double() + " in partition group "
                        + ranks.communicator(GroupKind.PARTITION).group().ranks();
                return CollectionConverters.asScala(List.of(line).iterator());
            }
        }
    }
}
