/// BNNMF_OP_RESHAPE: the same elements under other dimensions. The result shares its input's memory; nothing is
/// executed.
enum Reshape {
    static func validate(_ scope: OperatorScope) throws(Failure) {
        try scope.requireInputs(1)
        let (x, y) = (scope.input(0), scope.output)
        try scope.require("the output", y, is: x.elementType)
        try scope.require("the output's number of elements", y.elements, is: x.elements)
        if x.elementType == .bits {
            try scope.require("the last dimension of bits", y.channels, is: x.channels)
        }
    }
}
