// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "bnnm",
    products: [
        .executable(name: "bnnm", targets: ["BNNMCommand"]),
        .library(name: "BNNM", targets: ["BNNM"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    ],
    targets: [
        // The contract: the only thing that compiler and runtime share.
        .target(
            name: "BNNMFormat", path: "Sources/BNNMFormat", exclude: ["README.md", "bnnm.fbs", "released"]),

        // The compiler, in the order data flows.
        .target(name: "BNNMIR", path: "Compiler/IR", exclude: ["README.md"]),
        .target(
            name: "BNNMONNX", dependencies: ["BNNMIR", .product(name: "SwiftProtobuf", package: "swift-protobuf")],
            path: "Compiler/ONNX", exclude: ["README.md", "onnx.proto"]),
        .target(name: "BNNMPasses", dependencies: ["BNNMIR"], path: "Compiler/Passes", exclude: ["README.md"]),
        .target(
            name: "BNNMReport", dependencies: ["BNNMIR", "BNNMPasses"], path: "Compiler/Report", exclude: ["README.md"]),
        .target(
            name: "BNNMPacker", dependencies: ["BNNMIR", "BNNMPasses", "BNNMFormat"], path: "Compiler/Packer",
            exclude: ["README.md"]),
        .target(
            name: "BNNMVerification", dependencies: ["BNNMIR"], path: "Compiler/Verification", exclude: ["README.md"]),

        // The runtime.
        .target(name: "CBNNM", path: "Runtime/API", exclude: ["README.md"]),
        .target(
            name: "BNNMKernels", path: "Runtime/Kernels", exclude: ["README.md"], linkerSettings: [.linkedLibrary("m")]),
        .target(name: "BNNMPlatform", path: "Runtime/Platform", exclude: ["README.md"]),
        .target(
            name: "BNNMEngine", dependencies: ["BNNMFormat", "BNNMKernels", "BNNMPlatform", "CBNNM"],
            path: "Runtime/Engine", exclude: ["README.md"]),
        .target(
            name: "BNNM", dependencies: ["CBNNM", "BNNMEngine"], path: "Sources/BNNM", exclude: ["README.md"]),

        // The profiler, a C program of its own, and part of the command line.
        .target(
            name: "BNNMProfile", dependencies: ["CBNNM"], path: "Runtime/Profile",
            exclude: ["README.md", "CMakeLists.txt", "Program"], linkerSettings: [.linkedLibrary("m")]),
        .executableTarget(
            name: "bnnm-profile", dependencies: ["BNNMProfile", "BNNMEngine"], path: "Runtime/Profile/Program"),

        // Pages to look at: a template in `Page/`, embedded in the program, and the data for it.
        .target(
            name: "BNNMPage", dependencies: ["BNNM", "BNNMFormat", "BNNMReport"], path: "Sources/BNNMPage",
            exclude: ["README.md"], resources: [.embedInCode("Page")]),

        // The command line.
        .systemLibrary(name: "CZlib", path: "Sources/CZlib", providers: [.apt(["zlib1g-dev"])]),
        .executableTarget(
            name: "BNNMCommand",
            dependencies: [
                "BNNM", "BNNMIR", "BNNMONNX", "BNNMPasses", "BNNMReport", "BNNMPage", "BNNMPacker",
                "BNNMVerification", "BNNMProfile", "CZlib",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Sources/bnnm", exclude: ["README.md"]),

        // Programs against the Swift API and the C API.
        .executableTarget(name: "classify", dependencies: ["BNNM"], path: "Sources/classify"),
        .executableTarget(name: "minimal", dependencies: ["CBNNM", "BNNMEngine"], path: "Runtime/examples/minimal"),
        .executableTarget(name: "digits", dependencies: ["CBNNM", "BNNMEngine"], path: "Runtime/examples/digits"),

        // The tests mirror the list above.
        .target(
            name: "TestSupport", dependencies: ["BNNMIR", "BNNMONNX", "BNNMFormat", "BNNMEngine", "CBNNM"],
            path: "Tests/Support"),
        .testTarget(name: "IRTests", dependencies: ["BNNMIR"], path: "Tests/IRTests"),
        .testTarget(
            name: "ONNXTests",
            dependencies: [
                "BNNMIR", "BNNMONNX", "TestSupport", .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            path: "Tests/ONNXTests"),
        .testTarget(name: "PassTests", dependencies: ["BNNMIR", "BNNMPasses", "TestSupport"], path: "Tests/PassTests"),
        .testTarget(
            name: "ReportTests", dependencies: ["BNNMIR", "BNNMPasses", "BNNMReport"], path: "Tests/ReportTests"),
        .testTarget(
            name: "PageTests", dependencies: ["BNNMIR", "BNNMPasses", "BNNMReport", "BNNMPacker", "BNNMPage"],
            path: "Tests/PageTests"),
        .testTarget(
            name: "VerificationTests", dependencies: ["BNNMIR", "BNNMPasses", "BNNMVerification", "TestSupport"],
            path: "Tests/VerificationTests"),
        .testTarget(
            name: "PackerTests", dependencies: ["BNNMIR", "BNNMPasses", "BNNMPacker", "BNNMFormat"],
            path: "Tests/PackerTests"),
        .testTarget(
            name: "FormatTests", dependencies: ["BNNMFormat"], path: "Tests/FormatTests", exclude: ["released"]),
        .testTarget(
            name: "KernelTests", dependencies: ["BNNMFormat", "BNNMKernels", "BNNMPlatform", "TestSupport"],
            path: "Tests/KernelTests"),
        .testTarget(
            name: "EngineTests",
            dependencies: ["BNNM", "CBNNM", "BNNMFormat", "BNNMPlatform", "BNNMEngine", "TestSupport"],
            path: "Tests/EngineTests"),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "BNNM", "BNNMIR", "BNNMONNX", "BNNMPasses", "BNNMPacker", "BNNMVerification", "BNNMFormat", "CBNNM",
                "TestSupport",
            ],
            path: "Tests/EndToEndTests"),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "BNNMCommand", "BNNMFormat", "BNNMProfile", "BNNMReport", "classify", "minimal", "digits",
                "bnnm-profile",
            ],
            path: "Tests/CommandTests"),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c11,
    cxxLanguageStandard: .cxx17
)
