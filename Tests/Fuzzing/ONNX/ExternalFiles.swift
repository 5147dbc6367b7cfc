import Foundation

/// A folder of this process with files that models may name as the place of their tensors: one inside, and ways out.
enum ExternalFiles {
    static let allowed = ["weights.bin", "inside/weights.bin"]
    static let forbidden = ["link", "outside/weights.bin", "../weights.bin", "/dev/zero", "inside", "pipe"]

    static let folder: String = {
        let files = FileManager.default
        let whole = files.temporaryDirectory.appendingPathComponent("bnnm-fuzz-\(getpid())")
        let models = whole.appendingPathComponent("models")
        do {
            try files.createDirectory(
                at: models.appendingPathComponent("inside"), withIntermediateDirectories: true)
            // Bytes of float32 1, so that they may well be weights.
            let bytes = Data([UInt8](repeating: 0, count: 4096).indices.map { [0, 0, 0x80, 0x3F][$0 % 4] as UInt8 })
            try bytes.write(to: whole.appendingPathComponent("weights.bin"))
            for name in allowed { try bytes.write(to: models.appendingPathComponent(name)) }
            try files.createSymbolicLink(
                atPath: models.appendingPathComponent("link").path, withDestinationPath: "/dev/zero")
            try files.createSymbolicLink(
                atPath: models.appendingPathComponent("outside").path, withDestinationPath: "..")
        } catch { fatalError("\(error)") }
        mkfifo(models.appendingPathComponent("pipe").path, 0o600)
        return models.path
    }()
}
