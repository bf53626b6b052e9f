package io.sparkmics.job.attempt;

import io.sparkmics.data.SequenceKey;
import io.sparkmics.job.cluster.Json;
import io.sparkmics.job.rank.RankReport;
import io.sparkmics.job.rank.RankTask;
import io.sparkmics.job.rank.TrainingPlan;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.rdd.RDD;
import org.apache.spark.resource.ResourceProfile;
import scala.Tuple2;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction1;

/** The barrier stage: Spark starts all ranks together or none. */
public final class BarrierStage {

    private BarrierStage() {}

    /**
     * What Spark calls on each executor: the partition's pieces in, the rank's report out. Reports are text and the plan
     * travels in the closure, which Spark always writes with Java's serializer: Kryo cannot read records.
     */
    private static final class Task extends AbstractFunction1<Iterator<Tuple2<SequenceKey, int[]>>, Iterator<String>>
            implements Serializable {

        private static final long serialVersionUID = 1L;

        private final TrainingPlan plan;

        private Task(TrainingPlan plan) {
            this.plan = plan;
        }

        @Override
        public Iterator<String> apply(Iterator<Tuple2<SequenceKey, int[]>> pieces) {
            RankReport report = new RankTask(plan).run(CollectionConverters.asJava(pieces));
            return CollectionConverters.asScala(List.of(Json.write(report)).iterator());
        }
    }

    /**
     * Returns at once; the job has this thread's local properties: group, tags, description.
     *
     * @param profile what each rank gets of its executor
     */
    public static RunningStage start(
            JavaPairRDD<SequenceKey, int[]> pieces, TrainingPlan plan, ResourceProfile profile) {
        ClassTag<String> tag = ClassTag$.MODULE$.apply(String.class);
        RDD<String> reports =
                pieces.rdd().barrier().mapPartitions(new Task(plan), false, tag).withResources(profile);
        // Nothing behind it: Spark would begin such a stage again by itself, from its first row and behind our back.
        return new RunningStage(reports.toJavaRDD().collectAsync());
    }
}
