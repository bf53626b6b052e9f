package io.sparkmics.job;

import io.sparkmics.data.SequenceKey;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.rdd.RDD;
import scala.Tuple2;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction1;

/** The barrier stage: Spark starts all ranks together or none. */
final class BarrierStage {

    private BarrierStage() {}

    /** What Spark calls on each executor: the partition's pieces in, the rank's report out. */
    private static final class Task
            extends AbstractFunction1<Iterator<Tuple2<SequenceKey, int[]>>, Iterator<RankReport>>
            implements Serializable {

        private static final long serialVersionUID = 1L;

        @SuppressWarnings(
                "serial") // Every implementation of Broadcast can be serialized; its Java face does not say so.
        private final Broadcast<TrainingPlan> plan;

        private Task(Broadcast<TrainingPlan> plan) {
            this.plan = plan;
        }

        @Override
        public Iterator<RankReport> apply(Iterator<Tuple2<SequenceKey, int[]>> pieces) {
            RankReport report = new RankTask(plan.value()).run(CollectionConverters.asJava(pieces));
            return CollectionConverters.asScala(List.of(report).iterator());
        }
    }

    static List<RankReport> run(JavaSparkContext spark, JavaPairRDD<SequenceKey, int[]> pieces, TrainingPlan plan) {
        Broadcast<TrainingPlan> broadcast = spark.broadcast(plan);
        try {
            ClassTag<RankReport> tag = ClassTag$.MODULE$.apply(RankReport.class);
            RDD<RankReport> reports = pieces.rdd().barrier().mapPartitions(new Task(broadcast), false, tag);
            // A stage behind it makes this one a shuffle map stage, which Spark can run again as a whole; a barrier
            // stage
            // at the end of a job cannot be.
            return reports.toJavaRDD().repartition(1).collect();
        } finally {
            broadcast.destroy();
        }
    }
}
