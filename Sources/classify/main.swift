// Classifies images with a compiled model through the Swift API: an empty one and one with a single pixel.
//
//     classify digits.bnnm
import BNNM

func classify(_ path: String) throws(BNNMError) {
    let model = try BNNMModel(path: path)
    let session = try BNNMSession(model, threads: 2)
    guard let image = model.input(named: "image"), image.shape.count == 4 else {
        return print("this program needs a model with an input 'image' of 4 dimensions")
    }
    print("'image' is \(image.shapeText), \(image.elementCount) values a sample")

    // Two samples in one call: the batch is open.
    var images = try BNNMTensor(repeating: 0, shape: image.shape(executions: 2))
    images[1, 0, 3, 4] = 1
    let outputs = try session.run(["image": images])

    for (name, logits) in outputs.sorted(by: { $0.key < $1.key }) {
        for index in 0..<logits.shape[0] {
            let scores = logits.sample(index)
            let best = scores.indices.max { scores[$0] < scores[$1] }.map { $0 - scores.startIndex }
            print("'\(name)' of image \(index): class \(best ?? 0)")
        }
    }
}

do {
    try classify(CommandLine.arguments.dropFirst().first ?? "digits.bnnm")
} catch {
    print("\(error.status): \(error.message)")
}
