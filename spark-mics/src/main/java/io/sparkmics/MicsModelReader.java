package io.sparkmics;

import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.MLReader;

final class MicsModelReader extends MLReader<MicsModel> {

    @Override
    public MicsModel load(String path) {
        var metadata = DefaultParamsReader.loadMetadata(path, sparkSession(), MicsModel.class.getName());
        MicsModel model = new MicsModel(
                metadata.uid(), MicsModelWriter.huggingFace(new Path(path)).toString(), null);
        metadata.getAndSetParams(model, metadata.getAndSetParams$default$2());
        return model;
    }
}
