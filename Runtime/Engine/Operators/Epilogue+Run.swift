import BNNMFormat
import BNNMKernels

/// An epilogue during an execution of its operator: the kernels' form of it, image by image, and the averages.
///
/// Averages are the same whatever the number of threads: each row of the map is summed by one of them, and the rows'
/// sums are added up in order.
struct EpilogueRun {
    let epilogue: Epilogue
    let run: OperatorRun
    /// The dimensions of the values.
    let dims: Dims
    /// Rows of an image that have sums of their own.
    let rowCount: Int
    /// Sums of each row, float64 [rows][channels], where averages are stored.
    let rowSums: UnsafeMutablePointer<Double>?

    /// - Parameters:
    ///   - rowCount: nil: the map's rows
    ///   - scratch: room for `scratchWordCount` words
    init(
        _ epilogue: Epilogue, _ run: OperatorRun, _ dims: Dims, rowCount: Int? = nil,
        scratch: UnsafeMutablePointer<UInt64>
    ) {
        self.epilogue = epilogue
        self.run = run
        self.dims = dims
        self.rowCount = rowCount ?? (epilogue.storesAverages ? Int(dims[1]) : 0)
        rowSums =
            epilogue.storesAverages ? UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: Double.self) : nil
    }

    /// 64-bit words of scratch memory: one image's row sums.
    static func scratchWordCount(_ epilogue: Epilogue, _ dims: Dims, rowCount: Int? = nil) -> Int64 {
        epilogue.storesAverages ? Int64(rowCount ?? Int(dims[1])) &* Int64(dims.fromEnd(1)) : 0
    }

    var channels: Int { Int(dims.fromEnd(1)) }
    var imageCount: Int { dims.rank >= 2 ? Int(dims[0]) : 1 }
    /// Pixels of an image.
    var pixelCount: Int { Int(dims.elements ?? 0) / (channels &* imageCount) }

    /// Whether a step has another vector for each image.
    var hasVectors: Bool {
        for index in 0..<epilogue.stepCount {
            let operand = Int(epilogue.step(index).operand)
            if operand > 0, !(run.inputTensor(operand).dims == dims) { return true }
        }
        return false
    }

    /// What the kernels are to do with one image; row sums are not cleared.
    func kernelForm(image: Int) -> bnnmk_epilogue {
        let record = epilogue.record
        let first = image &* pixelCount
        var form = bnnmk_epilogue()
        form.step_count = UInt32(epilogue.stepCount)
        form.channels = UInt32(channels)
        if epilogue.storesValues { form.values = run.result(0, as: Float.self) + first &* channels }
        if epilogue.storesDecisions {
            form.decisions =
                run.result(epilogue.decisionsPosition, as: UInt64.self) + first &* Int(wordCount(Int64(channels)))
            form.switch_points = run.blob(record.switch_points, as: Float.self)
            form.switch_count = form.switch_points == nil ? 0 : record.switch_count
        }
        form.row_sums = rowSums
        withUnsafeMutableBytes(of: &form.steps) { steps in
            for index in 0..<epilogue.stepCount {
                let step = kernelForm(epilogue.step(index), image: image, firstPixel: first)
                steps.storeBytes(of: step, toByteOffset: index &* MemoryLayout<bnnmk_step>.stride, as: bnnmk_step.self)
            }
        }
        return form
    }

    private func kernelForm(_ step: bnnmf_step, image: Int, firstPixel: Int) -> bnnmk_step {
        var form = Self.kernelForm(step, run)
        let operand = Int(step.operand)
        guard operand > 0 else { return form }
        let values = run.input(operand, as: Float.self)
        if run.inputTensor(operand).dims == dims {
            form.operand = values + firstPixel &* channels
            form.operand_stride = UInt32(channels)
        } else {
            form.operand = values + image &* channels
            form.operand_stride = 0
        }
        return form
    }

    /// A step without its operand.
    static func kernelForm(_ step: bnnmf_step, _ run: OperatorRun) -> bnnmk_step {
        var form = bnnmk_step()
        form.kind = bnnmk_step_kind(rawValue: step.kind)
        form.function = bnnmk_real_function(rawValue: step.function)
        form.a = run.blob(step.a, as: Float.self)
        form.b = run.blob(step.b, as: Float.self)
        form.minimum = step.minimum
        form.maximum = step.maximum
        form.epsilon = step.epsilon
        // An operand that is the same vector for every pixel.
        if form.kind.rawValue == BNNMF_STEP_QUOTIENT.rawValue {
            form.kind = BNNMK_STEP_DIVIDE
            (form.operand, form.a) = (form.a, nil)
        }
        return form
    }

    func clearRowSums() {
        rowSums?.update(repeating: 0, count: rowCount &* channels)
    }

    /// Turns an image's row sums into its averages.
    func storeAverages(image: Int) {
        guard let rowSums else { return }
        let averages = run.result(epilogue.averagesPosition, as: Float.self) + image &* channels
        // Both only of accumulators.
        let scale = run.blob(epilogue.record.average_scale, as: Float.self)
        let shift = run.blob(epilogue.record.average_shift, as: Float.self)
        let (channels, pixels) = (channels, Double(pixelCount))
        // Row by row, as they stand in memory: all to the first one.
        for row in 1..<rowCount {
            let sums = rowSums + row &* channels
            for channel in 0..<channels { rowSums[channel] += sums[channel] }
        }
        for channel in 0..<channels {
            var mean = rowSums[channel] / pixels
            if let scale, let shift { mean = Double(scale[channel]) * mean + Double(shift[channel]) }
            averages[channel] = Float(mean)
        }
    }

    /// Units of cost of a value's way through the epilogue, as `OperatorRun.parallel` counts.
    var costPerValue: Int64 {
        var cost: Int64 = 2
        for index in 0..<epilogue.stepCount {
            switch bnnmf_step_kind(rawValue: epilogue.step(index).kind) {
            case BNNMF_STEP_FUNCTION, BNNMF_STEP_SOFTMAX: cost &+= 16
            case BNNMF_STEP_STANDARDIZE: cost &+= 4
            default: cost &+= 1
            }
        }
        return cost &+ (epilogue.storesDecisions ? Int64(epilogue.record.switch_count) &+ 2 : 0)
    }
}
