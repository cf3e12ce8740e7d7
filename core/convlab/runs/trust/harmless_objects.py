"""The objects of Keras that a model file may contain, because they compute and do nothing else.

Each has exactly one name here: the module and the name under which Keras saves it. Keras finds exactly one
object by it, so this list of names is a list of objects; every other spelling is refused, even of the same
object. Left out, and so refused, is what calls functions that the file chooses (``Map``, ``Switch``),
contains code (``Lambda``), or reads or writes files (``TFSMLayer``, callbacks). Before you add a name, read
its constructor, ``from_config`` and ``build`` in Keras.
"""

_CLASSES = {
    "keras": "DTypePolicy FloatDTypePolicy Model Sequential",
    "keras.layers": """
        Activation ActivityRegularization AdaptiveAveragePooling1D AdaptiveAveragePooling2D
        AdaptiveAveragePooling3D AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D Add
        AdditiveAttention AlphaDropout Attention AugMix AutoContrast Average AveragePooling1D
        AveragePooling2D AveragePooling3D BatchNormalization Bidirectional CategoryEncoding CenterCrop
        Concatenate ContrastLimitedAdaptiveHistogramEqualization Conv1D Conv1DTranspose Conv2D
        Conv2DTranspose Conv3D Conv3DTranspose ConvLSTM1D ConvLSTM2D ConvLSTM3D Cropping1D Cropping2D
        Cropping3D CutMix Dense DepthwiseConv1D DepthwiseConv2D Discretization Dot Dropout ELU EinsumDense
        Embedding Equalization Flatten GRU GRUCell GaussianDropout GaussianNoise GlobalAveragePooling1D
        GlobalAveragePooling2D GlobalAveragePooling3D GlobalMaxPooling1D GlobalMaxPooling2D
        GlobalMaxPooling3D GroupNormalization GroupQueryAttention HashedCrossing Hashing Identity InputLayer
        IntegerLookup LSTM LSTMCell LayerNormalization LeakyReLU Masking MaxNumBoundingBoxes MaxPooling1D
        MaxPooling2D MaxPooling3D Maximum MelSpectrogram Minimum MixUp MultiHeadAttention Multiply
        Normalization PReLU Permute Pipeline RMSNormalization RNN RandAugment RandomBrightness
        RandomColorDegeneration RandomColorJitter RandomContrast RandomCrop RandomElasticTransform
        RandomErasing RandomFlip RandomGaussianBlur RandomGrayscale RandomHue RandomInvert RandomPerspective
        RandomPosterization RandomRotation RandomSaturation RandomSharpness RandomShear RandomTranslation
        RandomZoom ReLU RepeatVector Rescaling Reshape Resizing ReversibleEmbedding STFTSpectrogram
        SeparableConv1D SeparableConv2D SimpleRNN SimpleRNNCell Softmax Solarization SpatialDropout1D
        SpatialDropout2D SpatialDropout3D SpectralNormalization StackedRNNCells StringLookup Subtract
        TextVectorization TimeDistributed UnitNormalization UpSampling1D UpSampling2D UpSampling3D Wrapper
        ZeroPadding1D ZeroPadding2D ZeroPadding3D
    """,
    "keras._legacy.layers": "AlphaDropout RandomHeight RandomWidth ThresholdedReLU",
    "keras.src.models.functional": "Functional",
    "keras.src.applications.convnext": "LayerScale StochasticDepth",
    "keras.src.applications.inception_resnet_v2": "CustomScaleLayer",
    "keras.constraints": "MaxNorm MinMaxNorm NonNeg UnitNorm",
    "keras.dtype_policies": """
        AWQDTypePolicy DTypePolicyMap GPTQDTypePolicy Int4DTypePolicy QuantizedDTypePolicy
        QuantizedFloat8DTypePolicy
    """,
    "keras.initializers": """
        Constant GlorotNormal GlorotUniform HeNormal HeUniform Identity LecunNormal LecunUniform Ones
        Orthogonal RandomNormal RandomUniform STFT TruncatedNormal VarianceScaling Zeros
    """,
    "keras.losses": """
        BinaryCrossentropy BinaryFocalCrossentropy CTC CategoricalCrossentropy CategoricalFocalCrossentropy
        CategoricalGeneralizedCrossEntropy CategoricalHinge Circle CosineSimilarity Dice Hinge Huber
        KLDivergence LogCosh MeanAbsoluteError MeanAbsolutePercentageError MeanSquaredError
        MeanSquaredLogarithmicError Poisson SparseCategoricalCrossentropy SquaredHinge Tversky
    """,
    "keras.metrics": """
        AUC Accuracy BinaryAccuracy BinaryCrossentropy BinaryIoU CategoricalAccuracy CategoricalCrossentropy
        CategoricalHinge ConcordanceCorrelation CosineSimilarity F1Score FBetaScore FalseNegatives
        FalsePositives Hinge IoU KLDivergence LogCoshError Mean MeanAbsoluteError
        MeanAbsolutePercentageError MeanIoU MeanMetricWrapper MeanSquaredError MeanSquaredLogarithmicError
        OneHotIoU OneHotMeanIoU PearsonCorrelation Poisson Precision PrecisionAtRecall R2Score Recall
        RecallAtPrecision RootMeanSquaredError SensitivityAtSpecificity SparseCategoricalAccuracy
        SparseCategoricalCrossentropy SparseTopKCategoricalAccuracy SpecificityAtSensitivity SquaredHinge
        Sum TopKCategoricalAccuracy TrueNegatives TruePositives
    """,
    "keras.optimizers": """
        Adadelta Adafactor Adagrad Adam AdamW Adamax Ftrl Lamb Lion LossScaleOptimizer MultiOptimizer Muon
        Nadam RMSprop SGD ScheduleFreeAdamW
    """,
    "keras.optimizers.schedules": """
        CosineDecay CosineDecayRestarts ExponentialDecay InverseTimeDecay PiecewiseConstantDecay
        PolynomialDecay
    """,
    "keras.quantizers": """
        AbsMaxQuantizer Float8QuantizationConfig Int4QuantizationConfig Int8QuantizationConfig
    """,
    "keras.random": "SeedGenerator",
    "keras.regularizers": "L1 L1L2 L2 OrthogonalRegularizer",
    "keras.src.activations.activations": "Mish ReLU",
    "keras.src.ops.core": """
        Cast ConvertToTensor SaturateCast Scatter ScatterUpdate Slice SliceUpdate StopGradient Unstack
    """,
    "keras.src.ops.einops": "Rearrange",
    "keras.src.ops.image": """
        AffineTransform CropImages ElasticTransform ExtractPatches ExtractPatches3D GaussianBlur HSVToRGB
        MapCoordinates PadImages PerspectiveTransform RGBToGrayscale RGBToHSV Resize SSIM ScaleAndTranslate
        SobelEdges
    """,
    "keras.src.ops.linalg": """
        Cholesky CholeskyInverse Det Eig Eigh Inv Lstsq LuFactor MatrixRank Norm Pinv Qr SVD Solve
        SolveTriangular
    """,
    "keras.src.ops.math": """
        CDist Erf Erfc Erfinv ExtractSequences FFT FFT2 IFFT2 IRFFT ISTFT InTopK Logdet Logsumexp RFFT Rsqrt
        STFT SegmentMax SegmentMin SegmentProd SegmentSum TopK ViewAsComplex ViewAsReal
    """,
    "keras.src.ops.nn": """
        AdaptiveAveragePool AdaptiveMaxPool AveragePool BatchNorm BinaryCrossentropy CTCDecode CTCLoss
        CategoricalCrossentropy Celu Conv ConvTranspose DepthToSpace DepthwiseConv DotProductAttention Elu
        Fold Gelu Glu HardShrink HardSigmoid HardSilu HardTanh LayerNorm LeakyRelu LogSigmoid LogSoftmax
        MaxPool Moments MultiHot Normalize OneHot PSNR Polar RMSNorm Relu Relu6 Selu SeparableConv Sigmoid
        Silu SoftShrink Softmax Softplus Softsign SpaceToDepth SparseCategoricalCrossentropy SparsePlus
        SparseSigmoid Sparsemax Squareplus TanhShrink Threshold Unfold
    """,
    "keras.src.ops.numpy": """
        Abs Absolute Add All AllClose Amax Amin Angle Any Append Arange Arccos Arccosh Arcsin Arcsinh Arctan
        Arctan2 Arctanh Argmax Argmin Argpartition Argsort Array ArraySplit Average Bartlett Bincount
        BitwiseAnd BitwiseInvert BitwiseLeftShift BitwiseNot BitwiseOr BitwiseRightShift BitwiseXor Blackman
        BroadcastTo Cbrt Ceil Clip Concatenate Conj Conjugate Copy Corrcoef Correlate Cos Cosh CountNonzero
        Cross Cumprod Cumsum Deg2rad Diag Diagflat Diagonal Diff Digitize Divide DivideNoNan Dot Dsplit
        Dstack Einsum EmptyLike Equal Exp Exp2 ExpandDims Expm1 Fabs Flip Fliplr Flipud Floor FloorDivide
        Fmax Fmin Fmod Full FullLike Gcd Geomspace GetItem Greater GreaterEqual Hamming Hanning Heaviside
        Histogram Hsplit Hstack Hypot I0 Imag Inner IsIn Isclose Isfinite Isinf Isnan Isneginf Isposinf
        Isreal Kaiser Kron Lcm Ldexp LeftShift Less LessEqual Linspace Log Log10 Log1p Log2 Logaddexp
        Logaddexp2 LogicalAnd LogicalNot LogicalOr LogicalXor Logspace Matmul Max Maximum Mean Median
        Meshgrid Min Minimum Mod Moveaxis Multiply NanToNum Nanargmax Nanargmin Nancumprod Nancumsum Nanmax
        Nanmean Nanmedian Nanmin Nanpercentile Nanprod Nanquantile Nanstd Nansum Nanvar Ndim Negative
        Nextafter Nonzero NotEqual OnesLike Outer Pad Percentile Power Prod Ptp Quantile Rad2deg Ravel Real
        Reciprocal Repeat Reshape RightShift Roll Rot90 Round SearchSorted Select Sign Signbit Sin Sinc Sinh
        Size Slogdet Sort Split Sqrt Square Squeeze Stack Std Subtract Sum Swapaxes Take TakeAlongAxis Tan
        Tanh Tensordot Tile Trace Transpose Trapezoid Tril Triu TrueDivide Trunc Unique UnravelIndex Vander
        Var Vdot View Vsplit Vstack Where ZerosLike
    """,
}
# Keras saves its functions under the module ``builtins``, and looks for them in these modules.
_FUNCTIONS = {
    "keras.activations": """
        celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_tanh leaky_relu
        linear log_sigmoid log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax softplus
        softsign sparse_plus sparse_sigmoid sparsemax squareplus tanh tanh_shrink threshold
    """,
    "keras.losses": """
        binary_crossentropy binary_focal_crossentropy categorical_crossentropy
        categorical_focal_crossentropy categorical_generalized_cross_entropy categorical_hinge circle
        cosine_similarity ctc dice hinge huber kl_divergence log_cosh mean_absolute_error
        mean_absolute_percentage_error mean_squared_error mean_squared_logarithmic_error poisson
        sparse_categorical_crossentropy squared_hinge tversky
    """,
    "keras.metrics": """
        binary_accuracy categorical_accuracy concordance_correlation pearson_correlation
        sparse_categorical_accuracy sparse_top_k_categorical_accuracy top_k_categorical_accuracy
    """,
}
# Values that JSON cannot express, which Keras reads without looking up anything that the file names.
VALUES = frozenset({"__keras_tensor__", "__tensor__", "__numpy__", "__bytes__", "__ellipsis__", "__slice__"})

CLASSES = frozenset((module, name) for module, names in _CLASSES.items() for name in names.split())
FUNCTIONS = frozenset(name for names in _FUNCTIONS.values() for name in names.split())
