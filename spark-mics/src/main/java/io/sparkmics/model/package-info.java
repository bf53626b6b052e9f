/**
 * What is trained: models as lists of units and stages, what users implement, and the architectures built in.
 *
 * <h2>An own model</h2>
 *
 * <p>Implement {@link io.sparkmics.model.ModelConfig} as a public record of plain values: it is kept as JSON, sent to the
 * executors and saved with the model. List it in your jar's {@code META-INF/services/io.sparkmics.model.ModelConfig}, a class
 * name a line, so that what was saved can be loaded. It builds a {@link io.sparkmics.model.Model}, or a {@link
 * io.sparkmics.model.LanguageModel} that can also generate, of {@link io.sparkmics.model.Stage}s. The example {@code
 * io.sparkmics.examples.ByteConvolution}, in the module integration-tests, is complete.
 *
 * <p>Compile against {@code spark-mics_2.13} in scope provided, or against the {@code -all} jar: both bring {@code
 * org.bytedeco.pytorch}, whose tensors stages are written with. No public class here has the name of one of those. Hand your
 * jar to Spark beside the {@code -all} jar: driver and executors need it, and so does who loads the model later.
 *
 * <p>A last stage that makes a number for each position and each token of a large vocabulary should be a {@link
 * io.sparkmics.model.ChunkedLoss}, so that these are never there all at once. Made with {@link
 * io.sparkmics.model.VocabularyProjection} they are fast on a GPU whatever the size of the vocabulary.
 *
 * <p>A unit that is {@link io.sparkmics.model.Unit#frozen} stays as it is, and costs neither gradient nor moments. A model that
 * names its {@link io.sparkmics.model.Model#projections}, and whose stages let {@link io.sparkmics.model.Weights#adapted}
 * change their results, can be trained with adapters.
 *
 * <p>Before a rank starts, the driver checks the model and runs it once on made-up tokens; what is wrong with it is said
 * there, by stage.
 *
 * <h2>Who frees tensors</h2>
 *
 * <p>The engine. All that a stage makes belongs to a scope ({@link org.bytedeco.javacpp.PointerScope}) that the engine has
 * opened around the call: what the backward pass needs is kept until then, the rest is freed when the call returns. Close
 * nothing, open a scope of your own only around work whose tensors do not leave it, and keep no tensor between calls: stages
 * have no state, and several threads may run one at the same time.
 */
package io.sparkmics.model;
