"""The words of Keras, PyTorch, Lightning, fastai and Ultralytics for what convlab calls otherwise."""

# By convlab's own word: those of the others, in lower case with underscores.
_WORDS = {
    # settings and options
    "learning_rate": "lr lr0 lr_max eta step_size base_lr max_lr initial_lr init_lr",
    "epochs": "epoch n_epochs n_epoch num_epochs num_train_epochs max_epochs nb_epoch nb_epochs",
    "batch_size": "bs batch batchsize minibatch mini_batch_size per_device_train_batch_size",
    "max_steps": "steps n_steps num_steps iterations iters n_iter max_iter max_iters steps_per_epoch",
    "seed": "random_state random_seed manual_seed rng rng_seed",
    "precision": "amp fp16 bf16 half dtype mixed_precision dtype_policy",
    "compile": "jit jit_compile xla torch_compile",
    "warmup": "warmup_epochs warmup_steps warmup_ratio pct_start",
    "patience": "early_stopping early_stop early_stopping_patience earlystopping",
    "restore_best": "save_best save_best_only restore_best_weights load_best_model_at_end keep",
    "monitor": "metric_for_best_model best_metric",
    "max_seconds": "max_time time_limit timeout",
    "checkpoint_steps": "save_steps save_every checkpoint_every ckpt_every save_period save_freq",
    "deterministic": "determinism use_deterministic_algorithms",
    "validation": "validation_split val_split valid_pct val_fraction validation_fraction val_size",
    "limit": "subset max_samples max_train_samples n_samples limit_train_batches fraction",
    "scaling": "normalize normalization norm rescale standardize",
    "momentum": "mom",
    "weight_decay": "wd l2 decay",
    "beta_1": "beta1",
    "beta_2": "beta2",
    "epsilon": "eps",
    "dropout": "dropout_rate drop drop_rate p_drop",
    "label_smoothing": "smoothing",
    "filters": "channels n_filters num_filters width",
    "hidden": "hidden_size hidden_sizes hidden_units hidden_layer_sizes units layers",
    "path": "root folder directory data_path image_dir train_dir",
    "data_dir": "data_root datadir download_dir dataset_dir",
    "runs_dir": "output output_dir out out_dir outdir logdir log_dir save_dir default_root_dir project",
    "name": "exp_name experiment_name run_name version",
    "set": "config_override override opt_override",
    "print_config": "show_config dump_config",
    "dry_run": "fast_dev_run dryrun",
    "quiet": "silent no_progress",
    # kinds of part
    "architecture": "model models arch net nets network networks backbone module",
    "dataset": "data ds",
    "optimizer": "optim opt optimiser optimizers optimisers",
    "schedule": "scheduler lr_scheduler lr_schedule sched cos_lr lr_decay",
    "loss": "criterion objective loss_fn loss_function",
    "metric": "metrics measure score",
    "tracker": "logger loggers callback callbacks report_to log_with",
    "augmentation": "augment augmentations transform transforms aug",
    # parts
    "accuracy": "acc top1 top_1 sparse_categorical_accuracy categorical_accuracy binary_accuracy",
    "macro_f1": "f1 f1_score f1score f_score",
    "top_k_accuracy": "top5 top_5 topk top_k sparse_top_k_categorical_accuracy top_5_accuracy",
    "cross_entropy": "ce xent nll crossentropy crossentropyloss sparse_categorical_crossentropy "
    "categorical_crossentropy",
    "cosine": "cosine_decay cosineannealing cosineannealinglr cosine_annealing cosinedecay",
    "constant": "none fixed",
    "adam": "adamw nadam adamax",
    "sgd": "momentum nesterov sgdm",
    "cnn": "convnet lenet conv",
    "mlp": "dense fc linear",
    "folder": "imagefolder image_folder image_dataset_from_directory imagedatagenerator",
    "digits": "load_digits sklearn_digits",
    "fashion_mnist": "fashionmnist fmnist",
    "cifar10": "cifar",
    # commands
    "run": "train fit start",
    "evaluate": "test eval val validate score",
    "predict": "infer inference classify",
    "resume": "continue restart",
    "runs": "ls history experiments logs",
    "show-run": "info inspect describe",
    "list": "ls search available",
    "doctor": "env status info diagnose selftest",
    "export": "convert save onnx",
    "new": "init create scaffold startproject generate",
    "plugins": "plugin extensions",
    "check": "verify lint",
    "fetch": "download get pull",
    "compare": "diff benchmark",
    "data": "datasets download",
}

SYNONYMS: dict[str, list[str]] = {}
"""Convlab's words, by a word of another tool."""
for _ours, _theirs in _WORDS.items():
    for _word in _theirs.split():
        SYNONYMS.setdefault(_word, []).append(_ours)

NO_SUCH_SETTING = {
    word: sentence
    for words, sentence in (
        (
            "gpu gpus device devices accelerator cuda use_gpu no_cuda cpu tpu",
            "TensorFlow uses a GPU if it finds one; 'convlab doctor' shows the devices",
        ),
        (
            "workers num_workers n_jobs jobs dataloader_num_workers",
            "images are read in parallel by all processors",
        ),
        (
            "shuffle",
            "every epoch has a new order of images, which depends on `train.seed`",
        ),
        ("verbose v log_level", "progress is always shown, unless `quiet` is set"),
        (
            "pretrained weights backbone",
            "some architectures have pretrained weights; 'convlab list architecture' shows them",
        ),
        (
            "resume checkpoint ckpt ckpt_path",
            "'convlab resume' continues a run",
        ),
    )
    for word in words.split()
}
"""Sentences for words that stand for no setting of convlab's."""
